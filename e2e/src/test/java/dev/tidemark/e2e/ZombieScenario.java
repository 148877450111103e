package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A driver is frozen, a successor takes over and commits, then the frozen one goes on as if nothing
 * had happened.
 */
@ExtendWith(Stage.class)
class ZombieScenario {

  @Test
  void frozenLocal(Scene scene) throws SQLException {
    zombie(scene, Mode.LOCAL, false);
  }

  @Test
  void frozenWithTwoExecutors(Scene scene) throws SQLException {
    zombie(scene, Mode.TWO_EXECUTORS, false);
  }

  @Test
  @Tag("gate")
  void frozenInMidCopyLocal(Scene scene) throws SQLException {
    zombie(scene, Mode.LOCAL, true);
  }

  @Test
  void frozenInMidCopyWithTwoExecutors(Scene scene) throws SQLException {
    zombie(scene, Mode.TWO_EXECUTORS, true);
  }

  @Test
  void frozenByStructuredStreaming(Scene scene) throws SQLException {
    zombie(scene, scene.manifest(Mode.LOCAL).structured(), false);
  }

  private static void zombie(Scene scene, Mode mode, boolean midCopy) throws SQLException {
    zombie(scene, scene.manifest(mode), midCopy);
  }

  private static void zombie(Scene scene, Manifest manifest, boolean midCopy) throws SQLException {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, manifest);
    Pod zombie = job.driver();
    // the operator never runs two drivers, so the test does, with the operator's hands off
    job.patch("{\"metadata\": {\"annotations\": {\"tidemark.dev/paused\": \"true\"}}}");

    Recovery recovery = Recovery.watch(scene.table());
    Instant frozen = midCopy ? freezeInMidCopy(scene, job, zombie) : freeze(scene, job, zombie);
    Pod successor = Successor.of(scene.cluster().client(), zombie);
    scene.recovered(recovery.secondsSince(frozen, Play.RECOVER));
    scene.awaitMoreRows(Play.RECOVER);

    job.executors().forEach(scene.faults()::thaw);
    scene.faults().thaw(zombie);
    Successor.awaitEndOf(scene.cluster().client(), zombie);
    scene.awaitMoreRows(Play.RECOVER);

    job.patch("{\"metadata\": {\"annotations\": {\"tidemark.dev/paused\": null}}}");
    job.awaitReady(Play.RECOVER);
    assertThat(job.driver().getMetadata().getName())
        .as("the operator keeps the successor")
        .isEqualTo(successor.getMetadata().getName());
    Play.endsExact(scene, feeder);
  }

  private static Instant freeze(Scene scene, Job job, Pod driver) {
    job.executors().forEach(scene.faults()::freeze);
    return scene.faults().freeze(driver);
  }

  /**
   * Holds a lock until a session of the job waits for it in its COPY, freezes the job, and lets go
   * of the lock.
   */
  private static Instant freezeInMidCopy(Scene scene, Job job, Pod driver) throws SQLException {
    try (Connection lock = scene.table().connect();
        Statement statement = lock.createStatement()) {
      lock.setAutoCommit(false);
      statement.execute("LOCK TABLE " + scene.table().name() + " IN SHARE MODE");
      Awaitility.await("a session of the job waits in its COPY")
          .atMost(Play.RECOVER)
          .until(
              () ->
                  !scene
                      .table()
                      .ask(
                          "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database()"
                              + " AND application_name LIKE 'tm-%' AND wait_event_type = 'Lock'")
                      .isEmpty());
      Instant frozen = freeze(scene, job, driver);
      lock.rollback();
      return frozen;
    }
  }
}
