package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.BatchEngine;
import dev.tidemark.job.engine.Run;
import dev.tidemark.job.settings.Settings;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;

/**
 * Structured Streaming, for one run: it logs which offsets a batch reads before it is run, and that
 * it is done after it was committed.
 */
final class StructuredQuery implements BatchEngine {
  /** Under this key Spark tells its threads the query's run. */
  private static final String QUERY_RUN = "spark.jobGroup.id";

  private final Run run;
  private final SparkSession session;
  private final String path;
  private final Optional<StoredStateOutput> state;
  private final TopicStream stream;
  private StreamingQuery query;
  private long lastTime;

  /**
   * Nothing is started.
   *
   * @param path of the query's checkpoint
   * @param state the output, where it keeps state
   */
  StructuredQuery(Run run, SparkSession session, String path, Optional<StoredStateOutput> state) {
    this.run = run;
    this.session = session;
    this.path = path;
    this.state = state;
    Settings settings = run.settings();
    long most =
        settings.runtime().source().maxRatePerPartition()
            * settings.definition().batchIntervalMillis()
            / 1000;
    this.stream =
        new TopicStream(
            run.offsets(), run.committed(), Math.max(1, most), new Watching(run, state));
  }

  private record Watching(Run run, Optional<StoredStateOutput> state) implements TopicStream.Watch {
    @Override
    public boolean due() {
      return state.map(StoredStateOutput::due).orElse(false);
    }

    @Override
    public void quiet() {
      run.quiet();
    }
  }

  @Override
  public void start() {
    Settings settings = run.settings();
    try {
      query =
          TopicTable.read(session, settings.job().name(), stream)
              .writeStream()
              .queryName(settings.job().name())
              .option("checkpointLocation", path)
              .trigger(
                  Trigger.ProcessingTime(
                      settings.definition().batchIntervalMillis(), TimeUnit.MILLISECONDS))
              .foreachBatch((VoidFunction2<Dataset<Row>, Long>) (ranges, batch) -> batch(batch))
              .start();
    } catch (TimeoutException e) {
      throw new IllegalStateException("the query before it does not end", e);
    }
  }

  /**
   * Spark has planned the batch, so the stream knows its ranges: to have them as rows would be one
   * more Spark job in every batch.
   */
  private void batch(long number) {
    lastTime = Math.max(lastTime + 1, System.currentTimeMillis());
    String queryRun = session.sparkContext().getLocalProperty(QUERY_RUN);
    run.batch(
        lastTime,
        () -> {
          state.ifPresent(output -> output.begin(number, queryRun));
          return stream.planned();
        });
  }

  @Override
  public boolean ended(long millis) throws Exception {
    return query.awaitTermination(millis);
  }

  @Override
  public void stop() {
    if (query == null) {
      return; // it could not be started
    }
    try {
      query.stop();
    } catch (TimeoutException e) {
      throw new IllegalStateException("the query does not end", e);
    }
  }
}
