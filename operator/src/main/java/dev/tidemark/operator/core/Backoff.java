package dev.tidemark.operator.core;

import java.time.Duration;
import java.time.Instant;

/**
 * How long to wait. Deterministic: the jitter comes from the job and the attempt, so a repeated
 * decision is the same.
 */
final class Backoff {
  /** Longest wait between two check runs, or two tries after a reason somebody else may remove. */
  static final Duration RETRY_CAP = Duration.ofMinutes(1);

  /** Longest wait between two tries to create what the API server refused. */
  static final Duration REJECTED_CAP = Duration.ofSeconds(30);

  private Backoff() {}

  /** Wait before the n-th start in a row after failures: the first is at once, then it doubles. */
  static Duration restart(int fruitless, RestartRules rules, String seed) {
    if (fruitless <= 1) {
      return Duration.ZERO;
    }
    return jittered(doubled(rules.initial(), fruitless - 2, rules.max()), seed + "/" + fruitless);
  }

  /** Next instant to ask again after {@code tries} answers of no. */
  static Instant retryAt(Instant last, int tries, Duration cap, String seed) {
    return last.plus(jittered(doubled(Duration.ofSeconds(2), tries - 1, cap), seed + "/" + tries));
  }

  private static Duration doubled(Duration first, int times, Duration cap) {
    long millis = first.toMillis();
    for (int i = 0; i < times && millis < cap.toMillis(); i++) {
      millis *= 2;
    }
    return Duration.ofMillis(Math.min(millis, cap.toMillis()));
  }

  /** Takes off up to a fifth, never adds: a cap stays a cap. */
  private static Duration jittered(Duration wait, String seed) {
    int fifth = Math.floorMod(seed.hashCode() * 0x9E3779B9, 1000);
    return Duration.ofMillis(wait.toMillis() - wait.toMillis() * fifth / 5000);
  }
}
