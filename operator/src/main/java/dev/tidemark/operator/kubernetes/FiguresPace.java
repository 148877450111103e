package dev.tidemark.operator.kubernetes;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntSupplier;

/**
 * How often the figures of a job are written to its status: every half minute, and with so many
 * jobs that this would be more than ten writes a second, more rarely. Metrics do not wait for it.
 */
final class FiguresPace {
  private static final Duration LEAST = Duration.ofSeconds(30);
  private static final Duration APART = Duration.ofMillis(100);

  /** Counting the jobs takes a walk through the cache. */
  private static final Duration COUNT_EVERY = Duration.ofSeconds(10);

  private final IntSupplier jobs;
  private final Clock clock;
  private Instant countedAt = Instant.MIN;
  private Duration every = LEAST;

  FiguresPace(IntSupplier jobs, Clock clock) {
    this.jobs = jobs;
    this.clock = clock;
  }

  /** The time between two writes of one job. */
  synchronized Duration every() {
    Instant now = clock.instant();
    if (!now.isBefore(countedAt.plus(COUNT_EVERY))) {
      countedAt = now;
      every = of(jobs.getAsInt());
    }
    return every;
  }

  static Duration of(int jobs) {
    Duration all = APART.multipliedBy(jobs);
    return all.compareTo(LEAST) > 0 ? all : LEAST;
  }
}
