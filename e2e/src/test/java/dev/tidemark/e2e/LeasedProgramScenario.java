package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Programs that know nothing of Tidemark ({@code example.plain}): they are kept running, one at a
 * time, on the checkpoint that Spark writes for them. Their totals replace each other, so that what
 * Spark does twice leaves no trace, and what is missing does.
 */
@ExtendWith(Stage.class)
class LeasedProgramScenario {
  private static final String STREAM = "example.plain.StreamTotals";
  private static final String QUERY = "example.plain.QueryTotals";

  @Test
  void aStreamAfterKills(Scene scene) {
    afterKills(scene, STREAM, Mode.LOCAL);
  }

  @Test
  void aQueryAfterKills(Scene scene) {
    afterKills(scene, QUERY, Mode.LOCAL);
  }

  @Test
  void aQueryAfterKillsWithTwoExecutors(Scene scene) {
    afterKills(scene, QUERY, Mode.TWO_EXECUTORS);
  }

  private static void afterKills(Scene scene, String mainClass, Mode mode) {
    WordTotals totals = WordTotals.create(scene);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = started(scene, totals, program(scene, mode, mainClass));
    strike(scene, totals, job, () -> scene.faults().killJvm(job.driver()));
    strike(scene, totals, job, () -> scene.faults().killJvm(job.driver()));
    strike(scene, totals, job, () -> scene.faults().deletePod(job.driver()));
    strike(scene, totals, job, () -> scene.faults().killPod(job.driver()));
    feeder.close();
    totals.awaitExact();
    assertThat(job.status("lastRecovery", "from")).isEqualTo("Checkpoint");
  }

  /** The operator never runs two drivers, so the test does. */
  @Test
  void aDriverThatWasFrozenHaltsWhenItWakes(Scene scene) {
    WordTotals totals = WordTotals.create(scene);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = started(scene, totals, program(scene, Mode.LOCAL, QUERY));
    Pod frozen = job.driver();
    Successor.beside(scene, job, () -> totals.awaitMoreThan(totals.sum()));
    assertThat(holder(scene, job)).isNotEqualTo(frozen.getMetadata().getName());
    feeder.close();
    totals.awaitExact();
  }

  /** Without the API server nobody knows who else runs. */
  @Test
  void aDriverThatCannotRenewItsLeaseHalts(Scene scene) {
    WordTotals totals = WordTotals.create(scene);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = started(scene, totals, program(scene, Mode.LOCAL, STREAM));
    feeder.close(); // its tunnel leads through the API server
    totals.awaitExact();
    long jvm = scene.faults().jvm(job.driver());
    Faults.Pause pause = scene.faults().pauseApiServerAlone(job.driver());
    assertThat(Duration.between(pause.killed(), pause.end())).isGreaterThan(Duration.ofSeconds(30));
    job.awaitReady(Play.RECOVER);
    assertThat(scene.faults().jvm(job.driver())).as("the driver's JVM").isNotEqualTo(jvm);
    job.await(
        "say why the driver ended",
        Play.RECOVER,
        object -> "LeaseLost".equals(Job.status(object, "lastRecovery", "cause")));
    Feeder again = scene.feed(Play.RATE);
    totals.awaitMoreThan(totals.sum());
    again.close();
    totals.awaitExact();
  }

  @Test
  @Tag("gate")
  void aCheckpointThatIsGoneIsNoBeginning(Scene scene) {
    WordTotals totals = WordTotals.create(scene);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = started(scene, totals, program(scene, Mode.LOCAL, QUERY));
    awaitStored("the checkpoint is noted", () -> begun(scene));
    job.suspend(Play.RECOVER);
    Map<String, Long> before = totals.rows();
    assertThat(scene.deleteObjects("r000001/p0000000001/")).isPositive();
    job.resume();
    Job.Condition lost = job.awaitCondition("Stalled", "True", Play.START, "CheckpointLost");
    assertThat(lost.message()).contains("begin from nothing", "StartFresh");
    assertThat(totals.rows()).isEqualTo(before);
    job.patch("{\"spec\": {\"checkpoint\": {\"onLost\": \"StartFresh\"}}}");
    job.awaitReady(Play.RECOVER);
    feeder.close();
    totals.awaitExact();
    assertThat(scene.objects("r000001/").stream().filter(key -> key.contains("/p0000000001/")))
        .isEmpty();
  }

  @Test
  void aQueryGoesBackToABackup(Scene scene) {
    goesBack(scene, QUERY);
  }

  /** Its checkpoint holds absolute paths, and is read with the program's classes. */
  @Test
  void aStreamGoesBackToABackup(Scene scene) {
    goesBack(scene, STREAM);
  }

  private static void goesBack(Scene scene, String mainClass) {
    WordTotals totals = WordTotals.create(scene);
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        started(
            scene,
            totals,
            BackupScenario.backedUp(scene, program(scene, Mode.LOCAL, mainClass))
                .set("backup.verify.onCompletion", "RestoreDrill"));
    String state = mainClass.equals(STREAM) ? "/rdd-" : "/state/";
    awaitStored(
        "the checkpoint is noted, and has state",
        () ->
            begun(scene)
                && scene.objects("r000001/").stream().anyMatch(key -> key.contains(state)));
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    backups.create("by-hand", job);
    backups.await("by-hand", "Completed", Play.START);
    backups.awaitLook("by-hand", "RestoreDrill", true, Play.START);
    long then = totals.sum();
    totals.awaitMoreThan(then + Play.RATE);

    BackupScenario.restore(job, "one", "by-hand");
    job.awaitCondition("RestoreCompleted", "True", Play.RECOVER, "RestoreCompleted");
    job.awaitReady(Play.RECOVER);
    totals.awaitMoreThan(totals.sum());
    scene.faults().killJvm(job.driver());
    feeder.close();
    totals.awaitExact();
    List<String> written = scene.objects("r000001/");
    assertThat(written).anyMatch(key -> !key.contains("/p0000000001/"));
  }

  private static void awaitStored(String what, Callable<Boolean> seen) {
    Awaitility.await(what).atMost(Play.START).until(seen);
  }

  private static boolean begun(Scene scene) {
    return new String(scene.object("_tidemark/job.json"), StandardCharsets.UTF_8)
        .replace(" ", "")
        .contains("\"stateRevision\":1");
  }

  @Test
  void aProgramThatShowsNoProgress(Scene scene) {
    Job job =
        scene.apply(
            program(scene, Mode.LOCAL, "example.plain.Idle")
                .set("application.progressDeadline", "10s"));
    job.await(
        "say what is missing",
        Play.START,
        object -> {
          Job.Condition ready = Job.condition(object, "Ready");
          return ready != null && ready.message().contains("application.progressDeadline");
        });
    Awaitility.await("restarts for want of progress")
        .atMost(Play.START)
        .until(() -> job.events().stream().anyMatch(event -> event.contains("NoProgress")));
  }

  private static Job started(Scene scene, WordTotals totals, Manifest manifest) {
    Job job = scene.apply(manifest);
    job.awaitReady(Play.START);
    totals.awaitMoreThan(0);
    return job;
  }

  private static void strike(Scene scene, WordTotals totals, Job job, Supplier<Instant> fault) {
    long restarts = job.number("restarts");
    Instant struck = fault.get();
    job.await(
        "counted the recovery", Play.RECOVER, object -> Job.number(object, "restarts") > restarts);
    totals.awaitMoreThan(totals.sum());
    scene.recovered(Duration.between(struck, Instant.now()).toMillis() / 1000.0);
    job.awaitReady(Play.RECOVER);
  }

  private static String holder(Scene scene, Job job) {
    return scene
        .cluster()
        .client()
        .leases()
        .inNamespace(job.namespace())
        .withName(job.name() + "-driver")
        .get()
        .getSpec()
        .getHolderIdentity();
  }

  private static Manifest program(Scene scene, Mode mode, String mainClass) {
    return ProgramScenario.program(scene, mode, mainClass)
        .set("source", null)
        .set("sink", null)
        .set("application.fencing", "Lease")
        .set(
            "application.args",
            List.of("$(TIDEMARK_CHECKPOINT)", Infra.KAFKA, scene.topic().name(), WordTotals.TABLE))
        .set(
            "driver.template.spec.containers",
            List.of(Map.of("name", "spark", "env", database(scene))))
        .set(
            "executor.template.spec.containers",
            List.of(Map.of("name", "spark", "env", database(scene))));
  }

  private static List<Map<String, Object>> database(Scene scene) {
    return List.of(
        Map.of("name", "DB_URL", "value", Infra.jdbcUrl(scene.id())),
        secret("DB_USERNAME", "username"),
        secret("DB_PASSWORD", "password"));
  }

  private static Map<String, Object> secret(String name, String key) {
    return Map.of(
        "name", name, "valueFrom", Map.of("secretKeyRef", Map.of("name", "pg", "key", key)));
  }
}
