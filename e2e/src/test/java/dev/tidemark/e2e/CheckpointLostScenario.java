package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The checkpoint is gone when the driver starts again: the ledger knows where to go on. */
@ExtendWith(Stage.class)
class CheckpointLostScenario {

  @Test
  void deletedWhileTheJobIsDown(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    job.suspend(Play.RECOVER);
    assertThat(scene.deleteObjects("r"))
        .as("objects of the checkpoint that were deleted")
        .isPositive();

    Play.resumesFromLedger(job);
    Awaitility.await("the announcement") // the event follows the status
        .untilAsserted(() -> assertThat(job.events()).anyMatch(event -> event.contains("ledger")));
    Play.endsExact(scene, feeder);
  }

  /** Not even the owner record is left: only the ledger still knows the job. */
  @Test
  @Tag("gate")
  void theWholePathIsGone(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    job.suspend(Play.RECOVER);
    assertThat(scene.deleteObjects("")).isPositive();

    Play.resumesFromLedger(job);
    Play.endsExact(scene, feeder);
  }

  @Test
  void deletedWhileTheJobIsDownAndTheUserWantsToBeAsked(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, scene.manifest(Mode.LOCAL).set("checkpoint.onLost", "Stop"));
    job.suspend(Play.RECOVER);
    scene.deleteObjects("r");
    long rows = scene.table().count();

    job.resume();
    job.awaitCondition("Stalled", "True", Play.RECOVER, "CheckpointLost");
    assertThat(scene.table().count()).as("nothing was written").isEqualTo(rows);
    assertThat(scene.objects("r")).as("nothing was put in its place").isEmpty();

    job.patch("{\"spec\": {\"checkpoint\": {\"onLost\": \"UseLedger\"}}}");
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }
}
