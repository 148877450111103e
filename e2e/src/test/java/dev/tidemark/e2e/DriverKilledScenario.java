package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The driver dies in the ways it can: its process, its pod, again while it recovers. */
@ExtendWith(Stage.class)
class DriverKilledScenario {

  @Test
  @Tag("gate")
  void jvmLocal(Scene scene) {
    jvm(scene, Mode.LOCAL);
  }

  @Test
  void jvmWithTwoExecutors(Scene scene) {
    jvm(scene, Mode.TWO_EXECUTORS);
  }

  @Test
  void podLocal(Scene scene) {
    pod(scene, Mode.LOCAL);
  }

  @Test
  void podWithTwoExecutors(Scene scene) {
    pod(scene, Mode.TWO_EXECUTORS);
  }

  @Test
  void podWithoutGrace(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killPod(job.driver()));
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void againWhileItRecovers(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    long epoch = job.number("epoch");
    Recovery recovery = Recovery.watch(scene.table());
    Instant first = scene.faults().killJvm(job.driver());
    // the second kill comes when the next run has read its checkpoint: it has taken its epoch, and
    // has not committed yet
    Awaitility.await("the next run takes its epoch")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> Play.epoch(scene) > epoch);
    scene.faults().killJvm(job.driver());
    scene.recovered(recovery.secondsSince(first, Play.RECOVER));
    // the status may still be that of the run before the kills: Ready alone says nothing here
    job.await("saw the third run", Play.RECOVER, object -> Job.number(object, "epoch") > epoch + 1);
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  @Test
  void fiveTimesInARow(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    for (int i = 0; i < 5; i++) {
      Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
    }
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void aJvmThatStoodByGoesOn(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, scene.manifest(Mode.LOCAL).set("driver.standby", true));
    for (int i = 0; i < 2; i++) {
      long standby = scene.faults().awaitStandby(job.driver(), Play.START);
      Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
      assertThat(scene.faults().jvm(job.driver())).as("who is the driver now").isEqualTo(standby);
    }
    // and once more before another has had the time to get ready
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
    Play.endsExact(scene, feeder);
  }

  private static void jvm(Scene scene, Mode mode) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, mode);
    String pod = job.driver().getMetadata().getName();
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
    assertThat(job.driver().getMetadata().getName()).as("the pod is the same").isEqualTo(pod);
    scene.awaitMoreRows(Play.RECOVER);
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
    Play.endsExact(scene, feeder);
  }

  private static void pod(Scene scene, Mode mode) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, mode);
    int attempt = Job.attempt(job.driver());
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().deletePod(job.driver()));
    assertThat(Job.attempt(job.driver())).as("the next attempt").isEqualTo(attempt + 1);
    Play.endsExact(scene, feeder);
  }
}
