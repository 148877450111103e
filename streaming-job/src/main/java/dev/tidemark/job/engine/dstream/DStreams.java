package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.BatchEngine;
import org.apache.spark.streaming.StreamingContext;

/** Spark Streaming, for one run. */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this engine is
final class DStreams implements BatchEngine {
  private final StreamingContext context;

  DStreams(StreamingContext context) {
    this.context = context;
  }

  @Override
  public void start() {
    context.start();
  }

  @Override
  public boolean ended(long millis) {
    return context.awaitTerminationOrTimeout(millis);
  }

  @Override
  public void stop() {
    context.stop(false, false);
  }
}
