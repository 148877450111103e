package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator dies or is away: running jobs do not notice, and recover without it. */
@ExtendWith(Stage.class)
class OperatorKilledScenario {

  @Test
  @Tag("gate")
  void killedWhileADriverRunsAndWhileOneIsReplaced(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();

    scene.faults().killOperator();
    scene.awaitMoreRows(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).as("the driver is the same").isEqualTo(pod);

    Play.strikeAndRecoverFromCheckpoint(
        scene,
        job,
        () -> {
          var fault = scene.faults().deletePod(job.driver());
          scene.faults().killOperator();
          return fault;
        });
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void absentDuringADriverCrash(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    long restarts = job.number("restarts");

    scene.faults().scaleOperator(0);
    try {
      Recovery recovery = Recovery.watch(scene.table());
      scene.recovered(recovery.secondsSince(scene.faults().killJvm(job.driver()), Play.RECOVER));
      scene.awaitMoreRows(Play.RECOVER);
    } finally {
      scene.faults().scaleOperator(1);
    }
    job.await(
        "counted what happened meanwhile",
        Play.RECOVER,
        object -> Job.number(object, "restarts") > restarts);
    assertThat(job.status("lastRecovery", "from")).isEqualTo("Checkpoint");
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }
}
