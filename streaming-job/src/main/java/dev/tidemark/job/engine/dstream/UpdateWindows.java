package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Computation;
import dev.tidemark.job.engine.Marks;
import dev.tidemark.job.engine.WindowState;
import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.StateKey;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.streaming.Time;
import scala.Option;
import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.runtime.AbstractFunction4;

/**
 * Windows: every key is visited in every batch, so that a window closes when its time has come,
 * without a record of its own. Up to where windows are closed is asked of the run each time this is
 * sent to tasks, that is when a job begins and the batches before it are done.
 */
final class UpdateWindows
    extends AbstractFunction4<Time, StateKey, Seq<byte[]>, Option<WindowState>, Option<WindowState>>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Computation computation;
  private transient Aggregation aggregation;
  private transient Map<Long, Long> closed = new HashMap<>();

  UpdateWindows(Computation computation) {
    this.computation = computation;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    out.writeObject(StateOutput.current().marks().closed());
  }

  @SuppressWarnings("unchecked")
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    closed = (Map<Long, Long>) in.readObject();
  }

  @Override
  public Option<WindowState> apply(
      Time time, StateKey key, Seq<byte[]> brought, Option<WindowState> before) {
    if (aggregation == null) {
      aggregation = computation.compiled();
    }
    long batch = time.milliseconds();
    WindowState now = before.isDefined() ? before.get() : null;
    if (brought.isEmpty()) {
      return unchanged(batch, key, now);
    }
    byte[] value = now == null ? null : now.value();
    for (byte[] part : JavaConverters.asJavaIterable(brought)) {
      value = value == null ? part : aggregation.merge(key, value, part);
    }
    return Option.apply(new WindowState(value, batch, isClosed(key, batch)));
  }

  private Option<WindowState> unchanged(long batch, StateKey key, WindowState now) {
    if (now.isClosed()) {
      return Option.empty();
    }
    return Option.apply(isClosed(key, batch) ? new WindowState(now.value(), batch, true) : now);
  }

  private boolean isClosed(StateKey key, long batch) {
    Long until = closed.get(batch);
    if (until == null) {
      throw new IllegalStateException(
          "nobody knows up to where windows are closed in the batch of " + batch);
    }
    return until != Marks.NEVER && aggregation.closed(key, until);
  }
}
