package dev.tidemark.job.engine;

import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * A run that knows from where it goes on.
 *
 * @param engine made once the run can be asked
 * @param checkpoints what Spark writes of it; empty where state checkpoints are all there is
 */
record Begun(Output output, Supplier<BatchEngine> engine, Optional<RunCheckpoints> checkpoints) {

  /**
   * Finds out from where.
   *
   * @param checkpoints what there is of Spark's own
   * @param preferLedger true when going on from a checkpoint has just failed
   */
  static Begun of(
      Prepared prepared,
      JavaSparkContext spark,
      Outputs outputs,
      Progress progress,
      Timeline timeline,
      CheckpointLook checkpoints,
      boolean preferLedger)
      throws IOException {
    Settings settings = prepared.settings();
    boolean stateful = settings.definition().stateful();
    if (settings.definition().structured()) {
      QueryBeginnings queries =
          new QueryBeginnings(
              prepared, spark, outputs, progress, timeline, checkpoints, preferLedger);
      return stateful ? queries.withState() : queries.withoutState();
    }
    Beginnings streams = new Beginnings(settings, outputs, progress, timeline);
    return stateful
        ? streams.withState(prepared, spark)
        : streams.withoutState(prepared, spark, checkpoints.stream(), preferLedger);
  }
}
