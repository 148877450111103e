package dev.tidemark.job.engine.leased;

import java.time.Instant;
import org.apache.spark.sql.streaming.StreamingQueryListener;
import org.apache.spark.sql.streaming.StreamingQueryProgress;

/** Hears of the queries of every session; Spark makes it, by its name. */
public final class QueryEvents extends StreamingQueryListener {
  @Override
  public void onQueryStarted(QueryStartedEvent event) {
    Heard.IN_JVM.began(event.runId().toString());
  }

  @Override
  public void onQueryProgress(QueryProgressEvent event) {
    StreamingQueryProgress progress = event.progress();
    Heard.IN_JVM.completed(
        progress.runId().toString(),
        new Heard.Batch(
            Instant.parse(progress.timestamp()).toEpochMilli(),
            progress.numInputRows(),
            progress.batchDuration()));
  }

  @Override
  public void onQueryIdle(QueryIdleEvent event) {
    Heard.IN_JVM.completed(event.runId().toString(), Heard.Batch.none());
  }

  @Override
  public void onQueryTerminated(QueryTerminatedEvent event) {
    Heard.IN_JVM.ended(event.runId().toString());
  }
}
