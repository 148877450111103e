package dev.tidemark.operator.core;

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
