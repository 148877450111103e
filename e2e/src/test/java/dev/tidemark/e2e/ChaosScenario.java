package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.ChaosSchedule.Blow;
import dev.tidemark.e2e.ChaosSchedule.Target;
import dev.tidemark.e2e.serial.Programs;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two jobs, and everything that can happen to them, also at the same time. A run is repeated by its
 * seed: {@code make chaos SEED=... MINUTES=...}.
 */
@ExtendWith(Stage.class)
class ChaosScenario {
  private static final Duration LENGTH =
      Duration.ofMinutes(Long.getLong("tidemark.chaos.minutes", 10));
  private static final long SEED =
      Long.getLong("tidemark.chaos.seed", System.currentTimeMillis() / 1_000);

  /** After the last blow: the longest wait of a job that failed again and again, and a start. */
  private static final Duration CALM = Duration.ofMinutes(4);

  @Test
  @Tag("gate")
  void everythingAtOnce(Scene scene) {
    try {
      play(scene);
    } catch (AssertionError | RuntimeException e) {
      // A report that is cut short keeps its first line.
      throw new AssertionError("chaos with seed %d: %s".formatted(SEED, e.getMessage()), e);
    }
  }

  private static void play(Scene scene) {
    ChaosSchedule schedule = ChaosSchedule.of(SEED, LENGTH);
    System.out.printf("chaos: seed %d, %d blows%n", SEED, schedule.blows().size());
    for (Target target : Target.values()) {
      System.out.printf("%s by %s%n", target, schedule.engine(target));
    }
    schedule.blows().forEach(System.out::println);

    Scene other = Scene.open(scene.cluster(), scene.infra(), "chaos-totals");
    Line kafka = scene.lines().kafka();
    Chaos.Victim rows = Chaos.Victim.of(scene, kafka);
    Chaos.Victim totals = Chaos.Victim.of(other, kafka);
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        Play.started(scene, rows.manifest(Mode.LOCAL).set("engine", schedule.engine(Target.ROWS)));
    CountingPlay counts =
        new CountingPlay(
            other,
            totals.manifest(Mode.TWO_EXECUTORS).set("engine", schedule.engine(Target.TOTALS)),
            Programs.totals());
    try (Chaos chaos = new Chaos(schedule.seed(), rows, totals)) {
      for (Blow blow : schedule.blows()) {
        chaos.strikeWhenDue(blow);
        if (blow.target() == Target.TOTALS) {
          Verdict now = counts.counting.look();
          assertThat(now.exact()).as("after %s: %s", blow, now).isTrue();
        }
      }
      chaos.awaitLength(LENGTH);
    }
    job.awaitReady(CALM);
    counts.job.awaitReady(CALM);
    counts.counting.awaitMore(Play.RECOVER);
    counts.endsExact();
    other.close();
    Play.endsExact(scene, feeder);
  }
}
