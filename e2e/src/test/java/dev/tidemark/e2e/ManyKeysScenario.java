package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Programs;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A million groups, all changed in one batch: first made, then every one of them counted again. */
@ExtendWith(Stage.class)
class ManyKeysScenario {
  private static final int KEYS = 1_000_000;
  private static final Duration PATIENCE = Duration.ofMinutes(8);

  @Test
  void aMillionChangedKeysInOneBatch(Scene scene) {
    Counting counting = new Counting(scene.infra(), scene.id(), scene.topic(), Programs.sums());
    write(scene, 1);
    Job job =
        scene.apply(
            counting
                .in(scene.manifest(Mode.TWO_EXECUTORS))
                .set("executor.memory", "768Mi")
                .set("driver.memory", "512Mi")
                .set("source.maxRatePerPartition", KEYS));
    inOneBatch(counting, 0);
    job.suspend(Play.RECOVER);
    write(scene, 2);
    job.resume();
    inOneBatch(counting, KEYS);
    job.awaitReady(Play.RECOVER);
    Verdict verdict = counting.settle(PATIENCE);
    assertThat(verdict.expected()).isEqualTo(KEYS);
    assertThat(scene.judged(verdict).exact()).as(verdict.toString()).isTrue();
  }

  /** Nobody ever sees a part of them counted. */
  private static void inOneBatch(Counting counting, long before) {
    Set<Long> seen = new TreeSet<>();
    Awaitility.await("all keys changed")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              seen.add(counting.counted());
              return seen.contains(before + KEYS);
            });
    assertThat(seen).as("records counted, as seen").isSubsetOf(before, before + KEYS);
  }

  private static void write(Scene scene, int round) {
    Feeder.write(
        scene.topic(),
        round,
        KEYS,
        (number, random) -> "{\"k\": \"k" + number + "\", \"v\": " + random.nextInt(1_000) + "}");
  }
}
