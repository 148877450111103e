package dev.tidemark.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * A time in which a job does not run though events go on. Stock Spark then runs one batch per
 * missed interval before the first new one.
 */
public final class Outage {
  private static final Duration WITHIN = Duration.ofMinutes(3);

  private Outage() {}

  /**
   * Suspends the job, waits for as long as the outage is to last, resumes it, and waits for the
   * next committed row.
   *
   * @return seconds from the resumption to that row
   */
  public static double of(Duration length, Scene scene, Job job) {
    job.suspend(WITHIN);
    Recovery recovery = Recovery.watch(scene.table());
    last(length);
    Instant resumed = Instant.now();
    job.resume();
    double seconds = recovery.secondsSince(resumed, WITHIN);
    job.awaitReady(WITHIN);
    return seconds;
  }

  /** Time itself is the fault here, so it is spent and not awaited. */
  public static void last(Duration length) {
    try {
      TimeUnit.NANOSECONDS.sleep(length.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("The outage was interrupted.", e);
    }
  }
}
