package dev.tidemark.job.engine;

import dev.tidemark.job.expression.StateKey;
import java.util.Iterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** One result of a batch, still as state. */
final class Result {
  private final StateKey key;
  private final byte[] state;
  private final boolean isFinal;

  Result(StateKey key, byte[] state, boolean isFinal) {
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
  static final class OfChanges
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

  /** Those of all windows that a batch has changed or closed. */
  static final class OfWindows
      implements FlatMapFunction<Iterator<Tuple2<StateKey, WindowState>>, Result> {
    private static final long serialVersionUID = 1L;

    private final long batch;

    OfWindows(long batch) {
      this.batch = batch;
    }

    @Override
    public Iterator<Result> call(Iterator<Tuple2<StateKey, WindowState>> windows) {
      return new Iterator<>() {
        private Result next;

        @Override
        public boolean hasNext() {
          while (next == null && windows.hasNext()) {
            Tuple2<StateKey, WindowState> window = windows.next();
            WindowState state = window._2();
            if (state.changed() == batch) {
              next = new Result(window._1(), state.value(), state.isClosed());
            }
          }
          return next != null;
        }

        @Override
        public Result next() {
          if (!hasNext()) {
            throw new java.util.NoSuchElementException();
          }
          Result result = next;
          next = null;
          return result;
        }
      };
    }
  }
}
