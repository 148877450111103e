package dev.tidemark.operator.kubernetes.status;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntSupplier;

/**
 * How often the figures of a job are written to its status: every half minute, and with so many
 * jobs that this would be more than ten writes a second, more rarely. Of a job that has nothing to
 * do only the times of empty batches would change: one write a second is for all of those. Metrics
 * do not wait for it.
 */
public final class FiguresPace {
  private static final Duration LEAST = Duration.ofSeconds(30);
  private static final Duration APART = Duration.ofMillis(100);
  private static final Duration APART_WHEN_IDLE = Duration.ofSeconds(1);

  /** Counting the jobs takes a walk through the cache. */
  private static final Duration COUNT_EVERY = Duration.ofSeconds(10);

  private final IntSupplier jobs;
  private final Clock clock;
  private Instant countedAt = Instant.MIN;
  private int counted;

  public FiguresPace(IntSupplier jobs, Clock clock) {
    this.jobs = jobs;
    this.clock = clock;
  }

  /**
   * The time between two writes of one job.
   *
   * @param idle it has nothing to do, and its status says so
   */
  public synchronized Duration every(boolean idle) {
    Instant now = clock.instant();
    if (!now.isBefore(countedAt.plus(COUNT_EVERY))) {
      countedAt = now;
      counted = jobs.getAsInt();
    }
    return of(counted, idle);
  }

  static Duration of(int jobs, boolean idle) {
    Duration all = (idle ? APART_WHEN_IDLE : APART).multipliedBy(jobs);
    return all.compareTo(LEAST) > 0 ? all : LEAST;
  }
}
