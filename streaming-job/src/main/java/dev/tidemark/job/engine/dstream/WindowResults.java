package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Result;
import dev.tidemark.job.engine.WindowState;
import dev.tidemark.job.expression.StateKey;
import java.util.Iterator;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/** The results of a batch: of all windows those that it has changed or closed. */
final class WindowResults
    implements FlatMapFunction<Iterator<Tuple2<StateKey, WindowState>>, Result> {
  private static final long serialVersionUID = 1L;

  private final long batch;

  WindowResults(long batch) {
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
