package dev.tidemark.job.engine;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When each step of a start was done, in milliseconds since the JVM's start; one log line tells
 * where time goes.
 */
final class Timeline {
  private static final Logger LOG = LoggerFactory.getLogger(Timeline.class);

  private final long origin = ManagementFactory.getRuntimeMXBean().getStartTime();
  private final List<String> steps = new ArrayList<>();

  synchronized void done(String step) {
    steps.add(step + " " + (System.currentTimeMillis() - origin));
  }

  synchronized void log() {
    long cpu = ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L);
    LOG.info("start, ms since JVM start: {}; processor time {} ms", String.join(", ", steps), cpu);
    steps.clear();
  }
}
