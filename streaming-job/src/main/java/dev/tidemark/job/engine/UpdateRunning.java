package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.StateKey;
import org.apache.spark.api.java.Optional;
import org.apache.spark.api.java.function.Function3;
import org.apache.spark.streaming.State;
import scala.Tuple2;

/** Running results: what a batch brings for a key is merged into its state. */
final class UpdateRunning
    implements Function3<StateKey, Optional<byte[]>, State<byte[]>, Tuple2<StateKey, byte[]>> {
  private static final long serialVersionUID = 1L;

  private final Computation computation;
  private transient Aggregation aggregation;

  UpdateRunning(Computation computation) {
    this.computation = computation;
  }

  @Override
  public Tuple2<StateKey, byte[]> call(
      StateKey key, Optional<byte[]> brought, State<byte[]> state) {
    if (aggregation == null) {
      aggregation = computation.compiled();
    }
    byte[] value = brought.get();
    byte[] merged = state.exists() ? aggregation.merge(key, state.get(), value) : value;
    state.update(merged);
    return new Tuple2<>(key, merged);
  }
}
