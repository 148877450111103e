package dev.tidemark.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What strikes when: all of it follows from a seed, so that a run can be repeated.
 *
 * @param seed the seed
 * @param blows in the order of their times
 */
record ChaosSchedule(long seed, List<Blow> blows) {
  /** Seconds between two blows, on average. */
  private static final int MEAN_SECONDS = 20;

  /** The last part of a run, in which nothing new strikes. */
  private static final Duration REST = Duration.ofSeconds(30);

  /** Whom or what a blow strikes. */
  enum Target {
    /** The job without state, in its driver. */
    ROWS,
    /** The job with state, with two executors. */
    TOTALS
  }

  /** What can happen. */
  enum Fault {
    JVM_KILLED,
    JVM_HUNG,
    CONTAINER_KILLED,
    POD_DELETED,
    POD_KILLED,
    POD_EVICTED,
    POD_FROZEN,
    EXECUTOR_KILLED,
    OPERATOR_KILLED,
    SESSIONS_CUT,
    DATABASE_CUT,
    DATABASE_SILENT,
    DATABASE_SLOW,
    STORE_CUT,
    STORE_SLOW,
    KAFKA_CUT,
    KAFKA_SLOW,
    RESTARTED,
    SUSPENDED
  }

  /**
   * One of them.
   *
   * @param at since the beginning
   * @param lasts until it is taken back, where it can be
   */
  record Blow(Duration at, Fault fault, Target target, Duration lasts) {
    @Override
    public String toString() {
      return "%4d s  %s of %s, %d s".formatted(at.toSeconds(), fault, target, lasts.toSeconds());
    }
  }

  /** The schedule of that seed and length. */
  static ChaosSchedule of(long seed, Duration length) {
    Random random = new Random(seed);
    List<Blow> blows = new ArrayList<>();
    Fault[] faults = Fault.values();
    Duration at = Duration.ZERO;
    while (true) {
      at = at.plusMillis(2_000 + random.nextInt(2 * (MEAN_SECONDS - 2) * 1_000));
      if (at.compareTo(length.minus(REST)) > 0) {
        return new ChaosSchedule(seed, List.copyOf(blows));
      }
      blows.add(
          new Blow(
              at,
              faults[random.nextInt(faults.length)],
              random.nextBoolean() ? Target.ROWS : Target.TOTALS,
              Duration.ofSeconds(2 + random.nextInt(28))));
    }
  }

  /** Which of Spark's engines runs a job. */
  String engine(Target target) {
    return new Random(31 * seed + target.name().hashCode()).nextBoolean()
        ? "StructuredStreaming"
        : "DStream";
  }
}
