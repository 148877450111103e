package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import dev.tidemark.e2e.serial.Windows;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Results over many records: whatever dies, whenever anybody looks, the table is a serial run up to
 * the ledger.
 */
@ExtendWith(Stage.class)
class StatefulScenario {
  @Test
  @Tag("gate")
  void totalsAfterTwoJvmKills(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  @Test
  @Tag("gate")
  void halfAWindowProcessedThenACrash(Scene scene) {
    CountingPlay play =
        new CountingPlay(scene, Mode.LOCAL, Programs.inWindows(new Windows(10_000, 10_000, 2_000)));
    Awaitility.await("the middle of a window")
        .pollInterval(Duration.ofMillis(20))
        .until(() -> System.currentTimeMillis() % 10_000 / 1_000 == 5);
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
    assertThat(scene.table().ask("SELECT count(*)::text FROM results WHERE is_final").get(0))
        .as("final results")
        .isNotEqualTo("0");
  }

  /** The example of counts per minute: nothing is selected, and the time is Kafka's. */
  @Test
  @Tag("gate")
  void countsByKafkasTime(Scene scene) {
    Duration window = Duration.ofSeconds(5);
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .set("filter", null)
                .set("select", null)
                .set("aggregate.compute", List.of("count(*) AS n"))
                .set("aggregate.window.length", window.toSeconds() + "s")
                .table("counts")
                .set("sink.jdbc.createTable", true));
    job.awaitReady(Play.START);
    awaitCounted(scene, 500);
    scene.faults().killJvm(job.driver());
    job.await("counted the kill", Play.RECOVER, object -> Job.number(object, "restarts") > 0);
    feeder.close();
    Map<Instant, Long> expected = scene.topic().counts(window);
    awaitCounted(scene, expected.values().stream().mapToLong(Long::longValue).sum());
    Map<Instant, Long> counted = new TreeMap<>();
    scene
        .table()
        .ask("SELECT extract(epoch FROM window_start)::bigint || ' ' || n FROM counts")
        .forEach(
            row -> {
              String[] columns = row.split(" ", 2);
              counted.put(
                  Instant.ofEpochSecond(Long.parseLong(columns[0])), Long.valueOf(columns[1]));
            });
    assertThat(counted).isEqualTo(expected);
  }

  private static void awaitCounted(Scene scene, long records) {
    Awaitility.await(records + " records counted")
        .atMost(Play.RECOVER)
        .until(
            () ->
                Long.parseLong(
                        scene.table().ask("SELECT coalesce(sum(n), 0)::text FROM counts").get(0))
                    >= records);
  }

  @Test
  void slidingWindowsAfterAPodIsDeleted(Scene scene) {
    CountingPlay play =
        new CountingPlay(
            scene, Mode.TWO_EXECUTORS, Programs.inWindows(new Windows(9_000, 3_000, 1_000)));
    play.strike(() -> scene.faults().deletePod(play.job.driver()));
    play.endsExact();
  }

  @Test
  void totalsAfterAnExecutorIsKilled(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.TWO_EXECUTORS, Programs.totals());
    Play.awaitExecutors(play.job, 2);
    scene.faults().killPod(play.job.executors().get(0));
    play.counting.awaitMore(Play.RECOVER);
    play.endsExact();
  }

  @Test
  void wordsPerBatchAfterAJvmKill(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.wordsPerBatch());
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  @Test
  void anotherFilterKeepsTheState(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    long revision = play.job.number("revision");
    play.job.suspend(Play.RECOVER);
    play.counting.changed(Programs.filteredTotals());
    play.job.patch(
        "{\"spec\": {\"suspend\": false, \"filter\": \""
            + Programs.filteredTotals().filter()
            + "\"}}");
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    assertThat(play.job.number("revision")).isEqualTo(revision + 1);
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  @Test
  void anotherGroupIsRefusedAndTheOldRevisionGoesOn(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    play.job.patch("{\"spec\": {\"aggregate\": {\"groupBy\": [\"upper(k) AS g0\"]}}}");
    Job.Condition stalled =
        play.job.awaitCondition("Stalled", "True", Play.START, "StateDoesNotFit");
    assertThat(stalled.message()).contains("the state so far cannot be taken over");
    play.counting.awaitMore(Play.RECOVER);
    play.job.patch("{\"spec\": {\"aggregate\": {\"groupBy\": [\"k AS g0\"]}}}");
    play.job.awaitReady(Play.RECOVER);
    play.endsExact();
  }

  @Test
  void theNewestStateIsGoneAndThenAllOfIt(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    Awaitility.await("two state checkpoints")
        .atMost(Play.START)
        .until(() -> manifests(scene).size() >= 2);
    play.job.suspend(Play.RECOVER);
    scene.deleteObjects(manifests(scene).get(manifests(scene).size() - 1));
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    assertThat(play.counting.look().exact()).isTrue();

    play.job.suspend(Play.RECOVER);
    long counted = play.counting.counted();
    scene.deleteObjects("r");
    play.job.resume();
    play.job.awaitCondition("Stalled", "True", Play.RECOVER, "CheckpointLost");
    assertThat(play.counting.counted()).as("nothing was counted").isEqualTo(counted);
    play.feeder.close();
  }

  @Test
  void partitionsAreAddedAndTheNewestStateIsGone(Scene scene) {
    partitionsAdded(scene, scene.manifest(Mode.LOCAL));
  }

  @Test
  void partitionsAreAddedAndTheNewestStateIsGoneWithItsQuery(Scene scene) {
    partitionsAdded(scene, scene.manifest(Mode.LOCAL).structured());
  }

  /** What is left of the state was written before there were these partitions. */
  private static void partitionsAdded(Scene scene, Manifest manifest) {
    CountingPlay play = new CountingPlay(scene, manifest, Programs.totals());
    Awaitility.await("a state checkpoint")
        .atMost(Play.START)
        .until(() -> !manifests(scene).isEmpty());
    play.job.suspend(Play.RECOVER);
    List<String> before = manifests(scene);
    scene.topic().grow(6);
    String value = new Records(CountingPlay.KEYS).next(new Random(1), System.currentTimeMillis());
    Feeder.writeToEach(scene.topic(), 6, value);
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    Awaitility.await("records of an added partition counted")
        .atMost(Play.RECOVER)
        .until(
            () ->
                !scene
                    .table()
                    .ask(
                        "SELECT 1::text FROM tidemark_offsets WHERE partition = 5 AND until_offset > 0")
                    .isEmpty());
    play.job.suspend(Play.RECOVER);
    manifests(scene).stream().filter(m -> !before.contains(m)).forEach(scene::deleteObjects);
    scene.objects("r").stream()
        .filter(key -> key.contains("/q"))
        .map(key -> key.substring(scene.id().length() + 1))
        .forEach(scene::deleteObjects);
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.endsExact();
  }

  /** All of the path is deleted under a running job: it writes everything anew. */
  @Test
  void theWholePathIsGoneWhileItRuns(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    Awaitility.await("a state checkpoint")
        .atMost(Play.START)
        .until(() -> !manifests(scene).isEmpty());
    assertThat(scene.deleteObjects("")).isPositive();
    Awaitility.await("the owner record and a state checkpoint are back")
        .atMost(Play.START)
        .until(() -> !scene.objects("_tidemark/job").isEmpty() && !manifests(scene).isEmpty());
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  /** MinIO stands still for longer than lies between two state checkpoints. */
  @Test
  void theStoreIsAwayWhileStateIsCheckpointed(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    Awaitility.await("a state checkpoint")
        .atMost(Play.START)
        .until(() -> !manifests(scene).isEmpty());
    Pod store = scene.infra().store();
    scene.faults().freeze(store);
    try {
      Outage.last(Duration.ofSeconds(30));
    } finally {
      scene.faults().thaw(store);
    }
    String newest = manifests(scene).get(manifests(scene).size() - 1);
    play.counting.awaitMore(Play.RECOVER);
    assertThat(play.counting.look().exact()).isTrue();
    Awaitility.await("a state checkpoint after " + newest)
        .atMost(Play.RECOVER)
        .until(() -> manifests(scene).get(manifests(scene).size() - 1).compareTo(newest) > 0);
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  /** So it may rest for longer than the topic keeps its records. */
  @Test
  @Tag("gate")
  void aJobThatWasStoppedNeedsNothingFromTheTopic(Scene scene) throws IOException {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    play.job.suspend(Play.RECOVER);
    String newest = manifests(scene).get(manifests(scene).size() - 1);
    long stands = 0;
    for (JsonNode offset : new ObjectMapper().readTree(scene.object(newest)).get("offsets")) {
      stands += offset.get("until").asLong();
    }
    assertThat(stands).as("offsets of " + newest).isEqualTo(play.counting.counted());
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    play.endsExact();
  }

  /** The manifests of state checkpoints below the checkpoint path, the oldest of an epoch first. */
  static List<String> manifests(Scene scene) {
    return scene.objects("r").stream()
        .filter(key -> key.matches(".*/state/e\\d+-\\d+\\.json"))
        .map(key -> key.substring(scene.id().length() + 1))
        .sorted()
        .toList();
  }
}
