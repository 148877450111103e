package dev.tidemark.operator.core;

import java.time.Instant;

/**
 * An attempt to launch.
 *
 * @param of what it is made from; the generation and the hash are those of the spec used
 * @param recordedAttempt 0 takes the spec of the job; else the spec recorded with that attempt,
 *     because the job's own is not accepted
 * @param previous how the attempt before ended; null for the first
 * @param recordedLast the newest attempt whose spec is recorded; 0 when there is none
 */
public record DriverPlan(
    int attempt, Fingerprint of, int recordedAttempt, Previous previous, int recordedLast) {
  /**
   * When and why the driver before ended, so that the new one can report how long the recovery
   * took.
   */
  public record Previous(String reason, Instant endedAt) {}
}
