package dev.tidemark.operator.core.backup;

import dev.tidemark.operator.core.Problem;
import java.time.Instant;

/**
 * A run of {@code tidemark-backup} as it was seen.
 *
 * @param report how it ended; never null when it has
 * @param problem why it does not get going; null when it does
 * @param progress how far it has come; null when it has not said so, or has ended
 */
public record RunSeen(
    State state,
    Instant startedAt,
    Instant endedAt,
    RunReport report,
    Problem problem,
    RunProgress progress) {
  /** There is none. */
  public static final RunSeen ABSENT = new RunSeen(State.ABSENT, null, null, null, null, null);

  /** Where a run stands. */
  public enum State {
    ABSENT,
    ACTIVE,
    ENDED
  }
}
