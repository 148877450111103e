package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Computation;
import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.StateKey;
import java.io.Serializable;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.Time;
import scala.Option;
import scala.runtime.AbstractFunction4;

/**
 * Running results: what a batch brings for a key is merged into its state. There is nothing to
 * return for it: {@link CompactStateMap#changes} knows what was changed.
 */
final class UpdateRunning
    extends AbstractFunction4<Time, StateKey, Option<byte[]>, State<byte[]>, Option<Object>>
    implements Serializable {
  private static final long serialVersionUID = 1L;

  private final Computation computation;
  private transient Aggregation aggregation;

  UpdateRunning(Computation computation) {
    this.computation = computation;
  }

  @Override
  public Option<Object> apply(
      Time time, StateKey key, Option<byte[]> brought, State<byte[]> state) {
    if (aggregation == null) {
      aggregation = computation.compiled();
    }
    byte[] value = brought.get();
    state.update(state.exists() ? aggregation.merge(key, state.get(), value) : value);
    return Option.empty();
  }
}
