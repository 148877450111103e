package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.Begun;
import dev.tidemark.job.engine.Outputs;
import dev.tidemark.job.engine.Preparation;
import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.SparkEngine;
import dev.tidemark.job.engine.Timeline;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.spark.api.java.JavaSparkContext;

/** Structured Streaming. */
public final class StructuredEngine implements SparkEngine {
  private final Settings settings;
  private CompletableFuture<Optional<FoundQuery>> looking =
      CompletableFuture.completedFuture(Optional.empty());

  /** For one run. */
  public StructuredEngine(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void look(OwnerRecord before, Executor pool) {
    looking = CompletableFuture.supplyAsync(() -> Queries.newest(settings, before), pool);
  }

  @Override
  public Begun begin(
      Prepared prepared,
      JavaSparkContext spark,
      Outputs outputs,
      Progress progress,
      Timeline timeline,
      boolean preferLedger)
      throws IOException {
    QueryBeginnings beginnings =
        new QueryBeginnings(
            prepared, spark, outputs, progress, timeline, Preparation.join(looking), preferLedger);
    return settings.definition().stateful() ? beginnings.withState() : beginnings.withoutState();
  }
}
