package dev.tidemark.job.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When each step of a start was done, in milliseconds since this JVM became the driver; one log
 * line tells where time goes.
 */
public final class Timeline {
  private static final Logger LOG = LoggerFactory.getLogger(Timeline.class);

  private final long origin;
  private final List<String> steps = new ArrayList<>();

  public Timeline(Instant launched) {
    this.origin = launched.toEpochMilli();
  }

  public synchronized void done(String step) {
    steps.add(step + " " + (System.currentTimeMillis() - origin));
  }

  synchronized void log() {
    long cpu = ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
    LOG.info("start, ms since launch: {}; processor time {} ms", String.join(", ", steps), cpu);
    steps.clear();
  }
}
