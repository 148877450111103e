package dev.tidemark.job.engine;

import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import org.apache.spark.api.java.JavaSparkContext;

/** What the outputs of a run are made of, whichever engine decides on its batches. */
public final class Outputs {
  private final Settings settings;
  private final Parts parts;
  private final Progress progress;

  Outputs(Settings settings, Parts parts, Progress progress) {
    this.settings = settings;
    this.parts = parts;
    this.progress = progress;
  }

  /** That of a job without state. */
  public Output withoutState(Prepared prepared, JavaSparkContext spark) {
    String jobId = prepared.owner().jobId();
    long epoch = prepared.owner().lastEpoch();
    MalformedRecords malformed = malformed(prepared, spark);
    if (settings.definition().aggregate() != null) {
      ResultsTransaction transaction = transaction(prepared);
      return new PerBatchOutput(spark, transaction, malformed, StateData.partitions(settings));
    }
    return settings.definition().sink().takesRanges()
        ? new RowsOutput(spark, parts.sinks(), malformed, jobId, epoch)
        : new StagedRowsOutput(
            spark,
            parts.results(),
            parts.results().of(settings, jobId, epoch),
            malformed,
            jobId,
            epoch);
  }

  public MalformedRecords malformed(Prepared prepared, JavaSparkContext spark) {
    MalformedRecords malformed =
        MalformedRecords.of(spark.sc(), prepared.owner().jobId(), prepared.owner().lastEpoch());
    progress.leftOut(malformed::leftOut);
    return malformed;
  }

  /** Open. */
  public ResultsTransaction transaction(Prepared prepared) {
    ResultsTransaction transaction =
        new ResultsTransaction(
            settings, parts.results(), prepared.owner().jobId(), prepared.owner().lastEpoch());
    transaction.open();
    return transaction;
  }
}
