package dev.tidemark.operator.core.backup;

import java.time.Instant;

/**
 * A backup of the job as its resource tells.
 *
 * @param at the instant it stands for: its slot, else when it was created
 * @param endedAt when its run ended; null before
 * @param reason why it failed; null when it did not
 * @param good what the last look found; null before one
 * @param proven whether that look read all of it
 * @param looking whether another look is under way
 */
public record BackupSeen(
    String name,
    Instant at,
    State state,
    Instant endedAt,
    String reason,
    String message,
    Boolean good,
    boolean proven,
    boolean looking) {

  /** Where it stands. */
  public enum State {
    UNDER_WAY,
    COMPLETED,
    FAILED
  }

  /** True of one that can be restored, as far as the last look could tell. */
  boolean usable() {
    return state == State.COMPLETED && !Boolean.FALSE.equals(good);
  }
}
