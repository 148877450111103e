package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Program;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Windows;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The other engine: the same manifests, the same results, whatever dies. */
@ExtendWith(Stage.class)
class StructuredScenario {
  private static Manifest manifest(Scene scene, Mode mode) {
    return scene.manifest(mode).structured();
  }

  private static CountingPlay counting(Scene scene, Mode mode, Program program) {
    return new CountingPlay(scene, manifest(scene, mode), program);
  }

  @Test
  @Tag("gate")
  void rowsAfterJvmKillsLocal(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, manifest(scene, Mode.LOCAL));
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
    Play.endsExact(scene, feeder);
  }

  @Test
  void rowsAfterThePodIsKilledWithTwoExecutors(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, manifest(scene, Mode.TWO_EXECUTORS));
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killPod(job.driver()));
    Play.endsExact(scene, feeder);
  }

  @Test
  void rowsAfterTheWholePathIsGone(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, manifest(scene, Mode.LOCAL));
    job.suspend(Play.RECOVER);
    scene.deleteObjects("r");
    Play.resumesFromLedger(job);
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void totalsAfterTwoJvmKills(Scene scene) {
    CountingPlay play = counting(scene, Mode.LOCAL, Programs.totals());
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    assertThat(play.job.status("lastRecovery", "from")).isEqualTo("Checkpoint");
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  @Test
  void slidingWindowsAfterAPodIsDeleted(Scene scene) {
    CountingPlay play =
        counting(scene, Mode.TWO_EXECUTORS, Programs.inWindows(new Windows(9_000, 3_000, 1_000)));
    play.strike(() -> scene.faults().deletePod(play.job.driver()));
    play.endsExact();
  }

  @Test
  void totalsAfterAnExecutorIsKilled(Scene scene) {
    CountingPlay play = counting(scene, Mode.TWO_EXECUTORS, Programs.totals());
    Play.awaitExecutors(play.job, 2);
    scene.faults().killPod(play.job.executors().get(0));
    play.counting.awaitMore(Play.RECOVER);
    play.endsExact();
  }

  @Test
  void wordsPerBatchAfterAJvmKill(Scene scene) {
    CountingPlay play = counting(scene, Mode.LOCAL, Programs.wordsPerBatch());
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    play.endsExact();
  }

  @Test
  void fromOneEngineToTheOtherAndBackWithItsState(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.LOCAL, Programs.totals());
    long revision = play.job.number("revision");
    for (String engine : List.of("StructuredStreaming", "DStream")) {
      revision++;
      long wanted = revision;
      play.job.patch("{\"spec\": {\"engine\": \"" + engine + "\"}}");
      play.job.await(
          "revision " + wanted, Play.RECOVER, job -> Job.number(job, "revision") == wanted);
      play.job.awaitReady(Play.RECOVER);
      play.counting.awaitMore(Play.RECOVER);
      assertThat(play.counting.look().exact()).isTrue();
      play.strike(() -> scene.faults().killJvm(play.job.driver()));
    }
    play.endsExact();
  }

  /** What Spark would begin again at its first batch with. */
  @Test
  void theLogsAreGoneAndTheStateIsThere(Scene scene) {
    heals(
        scene,
        query -> {
          assertThat(scene.deleteObjects(query + "/offsets/")).isPositive();
          assertThat(scene.deleteObjects(query + "/commits/")).isPositive();
        });
  }

  /** What Spark would take the state of the batches that are gone for. */
  @Test
  void theLogsWentBack(Scene scene) {
    heals(
        scene,
        query -> {
          for (String log : List.of("/offsets/", "/commits/")) {
            List<String> newest =
                batches(scene, query + log).stream()
                    .sorted(Comparator.reverseOrder())
                    .limit(3)
                    .map(batch -> query + log + batch)
                    .toList();
            assertThat(newest).hasSize(3);
            newest.forEach(file -> assertThat(scene.deleteObjects(file)).isPositive());
          }
        });
  }

  @Test
  void aPieceOfTheStateIsGone(Scene scene) {
    heals(scene, query -> assertThat(scene.deleteObjects(query + "/state/0/0/")).isPositive());
  }

  /** Something is done to the query's checkpoint while no driver runs. */
  private static void heals(Scene scene, Consumer<String> done) {
    CountingPlay play = counting(scene, Mode.LOCAL, Programs.totals());
    play.strike(() -> scene.faults().killJvm(play.job.driver()));
    Awaitility.await("some batches").atMost(Play.START).until(() -> batchesOfQuery(scene) > 6);
    play.job.suspend(Play.RECOVER);
    done.accept(query(scene));
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    play.endsExact();
  }

  private static long batchesOfQuery(Scene scene) {
    return scene.objects("r").stream().filter(key -> key.contains("/commits/")).count();
  }

  /** Where the newest query lies, below the path of the job. */
  private static String query(Scene scene) {
    String offsets =
        scene.objects("r").stream()
            .filter(key -> key.matches(".*/q\\d+/offsets/\\d+"))
            .max(Comparator.naturalOrder())
            .orElseThrow();
    return offsets.substring(scene.id().length() + 1, offsets.indexOf("/offsets/"));
  }

  private static List<Integer> batches(Scene scene, String log) {
    return scene.objects(log).stream()
        .map(key -> key.substring(key.lastIndexOf('/') + 1))
        .filter(name -> name.matches("\\d+"))
        .map(Integer::valueOf)
        .toList();
  }
}
