package dev.tidemark.job.engine.leased;

import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.StreamingContextState;
import org.apache.spark.streaming.scheduler.BatchInfo;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;

/** Hears of the streaming context that the program has started, once it has. */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this is for
final class ContextEvents implements StreamingListener {
  private static final String STREAM = "streaming context";

  private StreamingContext heard;

  /** Looks for it. */
  void look() {
    StreamingContext active = active();
    if (active != null && active != heard) {
      heard = active;
      Heard.IN_JVM.began(STREAM);
      active.addStreamingListener(this);
    }
    if (heard != null && heard.getState() == StreamingContextState.STOPPED) {
      Heard.IN_JVM.ended(STREAM);
    }
  }

  /** The one that runs; null when none does. */
  static StreamingContext active() {
    return StreamingContext.getActive().getOrElse(() -> null);
  }

  @Override
  public void onBatchCompleted(StreamingListenerBatchCompleted event) {
    BatchInfo batch = event.batchInfo();
    boolean failed =
        batch.outputOperationInfos().values().exists(output -> output.failureReason().isDefined());
    if (!failed) {
      Heard.IN_JVM.completed(
          STREAM,
          new Heard.Batch(
              batch.batchTime().milliseconds(),
              batch.numRecords(),
              batch.processingDelay().isDefined()
                  ? ((Long) batch.processingDelay().get()).longValue()
                  : 0));
    }
  }
}
