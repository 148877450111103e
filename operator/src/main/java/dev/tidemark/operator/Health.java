package dev.tidemark.operator;

import io.javaoperatorsdk.operator.Operator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Ready once the caches are filled. Live unless watches have been broken for longer than a
 * reconnect takes: then only a restart helps.
 */
final class Health {
  private static final Duration TOLERANCE = Duration.ofMinutes(2);

  private final Operator operator;
  private final Clock clock;
  private volatile boolean started;
  private Instant brokenSince;

  Health(Operator operator, Clock clock) {
    this.operator = operator;
    this.clock = clock;
  }

  void started() {
    started = true;
  }

  boolean ready() {
    return started;
  }

  synchronized boolean live() {
    if (!started || operator.getRuntimeInfo().allEventSourcesAreHealthy()) {
      brokenSince = null;
      return true;
    }
    Instant now = clock.instant();
    brokenSince = brokenSince == null ? now : brokenSince;
    return now.isBefore(brokenSince.plus(TOLERANCE));
  }
}
