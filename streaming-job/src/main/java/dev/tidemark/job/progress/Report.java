package dev.tidemark.job.progress;

import dev.tidemark.job.outcome.Totals;
import java.time.Instant;

/**
 * What the driver tells the operator through the Lease ({@code contract/README.md}, Progress).
 *
 * @param skipped offsets that were skipped in the life of the job, since Kafka had dropped them
 */
public record Report(
    int attempt,
    long generation,
    String definitionDigest,
    int revision,
    long epoch,
    int runs,
    Situation situation,
    String reason,
    String message,
    Batch batch,
    Totals totals,
    long lag,
    Instant lastCommitAt,
    CheckpointState checkpoint,
    Recovery recovery,
    Restarts restarts,
    Executors executors,
    State state,
    long skipped) {

  /** Whether the job works and its last batch was empty because there is nothing to read. */
  public boolean idle() {
    return situation == Situation.Running && lag == 0 && batch != null && batch.records() == 0;
  }

  /** What the driver is doing. */
  public enum Situation {
    Starting,
    Recovering,
    Running,
    Waiting,
    Stopping
  }

  /** The last completed batch. */
  public record Batch(
      Instant time, long records, long written, long delayMillis, long commitMillis) {}

  /** The newest checkpoint known written; behind when it is older than ten intervals. */
  public record CheckpointState(Instant time, boolean behind) {}

  /** The last recovery of this attempt. */
  public record Recovery(
      String cause, String from, double seconds, Instant at, long skippedBatches) {}

  /** Restarts within this attempt. */
  public record Restarts(int inJvm, int inPod) {}

  /** State as of its last checkpoint, and rows that came too late; null for a job without. */
  public record State(long keys, long bytes, long late) {}

  /** Executors asked for and registered; both 0 in local mode. */
  public record Executors(int wanted, int live) {}
}
