package dev.tidemark.operator.core;

import java.time.Instant;

/**
 * A driver pod as it was seen.
 *
 * @param ours false when it belongs to a deleted job of the same name, or to nobody
 * @param successor it was made to wait for its turn, and was given it
 * @param startedAt when its container first started; null before
 * @param leavingSince when its deletion was asked for; null when it was not
 * @param goneBy when a node that answers would have removed it; null when it is not leaving
 * @param ending how it ended; null while it is live
 * @param problem why it does not get going; null when it does
 * @param crashLooping the kubelet delays restarting its container
 */
public record DriverSeen(
    String pod,
    String podUid,
    int attempt,
    boolean ours,
    boolean successor,
    Phase phase,
    Fingerprint made,
    Instant startedAt,
    Instant leavingSince,
    Instant goneBy,
    Ending ending,
    Problem problem,
    boolean crashLooping,
    int containerRestarts) {

  /** Where a pod stands. */
  public enum Phase {
    /** Not started yet. */
    PENDING,
    /** Its container runs, or is being restarted by the kubelet. */
    RUNNING,
    /** Every container ended and none will be started again. */
    FINISHED
  }

  /** True while a container of it may still run. */
  public boolean live() {
    return phase != Phase.FINISHED;
  }

  /** True when it is on its way out. */
  public boolean leaving() {
    return leavingSince != null;
  }
}
