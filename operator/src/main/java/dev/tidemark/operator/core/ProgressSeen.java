package dev.tidemark.operator.core;

import java.time.Duration;
import java.time.Instant;

/**
 * The driver's report in its Lease; times are null while unknown.
 *
 * @param batches committed in this attempt
 * @param idle the last batch had no records and nothing lags
 * @param restarts contexts and JVMs restarted within this attempt
 */
public record ProgressSeen(
    int attempt,
    Situation situation,
    String reason,
    String message,
    Instant renewedAt,
    Instant lastCommitAt,
    long batches,
    boolean idle,
    Instant checkpointAt,
    boolean checkpointBehind,
    int restarts) {
  /** Reports come every ten seconds, and a little late. */
  static final Duration LATEST = Duration.ofSeconds(15);

  /** Of a job with nothing to do, every minute. */
  private static final Duration LATEST_WHEN_IDLE = Duration.ofSeconds(65);

  /** How long after this report the next one is here, as the contract has it. */
  public Duration nextWithin() {
    return idle && situation == Situation.RUNNING ? LATEST_WHEN_IDLE : LATEST;
  }

  /** What the driver is doing. */
  public enum Situation {
    STARTING,
    RECOVERING,
    RUNNING,
    WAITING,
    STOPPING,
    /** A word of a newer driver. */
    UNKNOWN
  }
}
