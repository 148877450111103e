package dev.tidemark.job.engine;

import dev.tidemark.job.expression.StateKey;
import java.util.Iterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** One result of a batch, still as state. */
public final class Result {
  private final StateKey key;
  private final byte[] state;
  private final boolean isFinal;

  public Result(StateKey key, byte[] state, boolean isFinal) {
    this.key = key;
    this.state = state;
    this.isFinal = isFinal;
  }

  StateKey key() {
    return key;
  }

  byte[] state() {
    return state;
  }

  /** True when nothing will change it any more. */
  boolean isFinal() {
    return isFinal;
  }

  /** Results as they come: of a single batch, or the changed ones of running state. */
  public static final class OfChanges
      implements FlatMapFunction<Iterator<Tuple2<StateKey, byte[]>>, Result> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Result> call(Iterator<Tuple2<StateKey, byte[]>> changes) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          return changes.hasNext();
        }

        @Override
        public Result next() {
          Tuple2<StateKey, byte[]> change = changes.next();
          return new Result(change._1(), change._2(), false);
        }
      };
    }
  }
}
