package dev.tidemark.job.engine;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;

/**
 * Counts own failures of this JVM: after a few in a short time a new context does not help, and the
 * JVM ends.
 */
final class Ladder {
  private static final int TRIES = 3;
  private static final Duration WINDOW = Duration.ofMinutes(10);

  private final Clock clock;
  private final ArrayDeque<Instant> failures = new ArrayDeque<>();

  Ladder(Clock clock) {
    this.clock = clock;
  }

  /** Counts one failure; true when the same JVM may try again. */
  boolean mayTryAgain() {
    Instant now = clock.instant();
    failures.add(now);
    while (failures.element().isBefore(now.minus(WINDOW))) {
      failures.remove();
    }
    return failures.size() <= TRIES;
  }

  /** Failures in the window; from the second on, the checkpoint is not tried again. */
  int recent() {
    return failures.size();
  }
}
