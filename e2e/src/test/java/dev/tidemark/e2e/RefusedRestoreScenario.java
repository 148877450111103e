package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Program;
import dev.tidemark.e2e.serial.Programs;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Backups from which a job could not go on exactly: it is said so, and nothing is changed. */
@ExtendWith(Stage.class)
class RefusedRestoreScenario {

  /** The topic drops what came after a backup: it is not put back, and the job goes on. */
  @Test
  void aBackupFromWhichNothingCouldCatchUp(Scene scene) {
    CountingPlay play = new CountingPlay(scene, BackupScenario.backedUp(scene), Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    backups.create("old", play.job);
    backups.await("old", "Completed", Play.START);
    play.counting.awaitMore(Play.RECOVER);
    play.feeder.close();
    assertThat(play.counting.settle(Play.RECOVER).exact()).isTrue();
    List<String> results = results(scene);

    // The next run asks the topic when it starts, and not only once a minute.
    play.job.suspend(Play.RECOVER);
    scene.topic().deleteRecordsBeforeTheEnd();
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    BackupScenario.restore(play.job, "one", "old");
    Job.Condition refused =
        play.job.awaitCondition("RestoreCompleted", "False", Play.RECOVER, "OffsetsExpired");
    assertThat(refused.message()).contains("old", scene.topic().name());
    play.job.awaitReady(Play.RECOVER);
    assertThat(results(scene)).isEqualTo(results);
    long counted = play.counting.counted();
    Feeder.write(scene.topic(), 3, 500);
    play.counting.awaitCounted(counted + 500, Play.RECOVER);
  }

  private static List<String> results(Scene scene) {
    return scene.table().ask("SELECT r::text FROM " + Counting.TABLE + " r ORDER BY 1");
  }

  /**
   * The definition changed, and then all of the checkpoint was lost. The one backup is of before:
   * its state would be brought to the ledger by a definition that did not move it there.
   */
  @Test
  void aBackupOfBeforeAChange(Scene scene) {
    CountingPlay play =
        new CountingPlay(
            scene,
            BackupScenario.backedUp(scene).set("checkpoint.onLost", "RestoreBackup"),
            Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    backups.create("before", play.job);
    backups.await("before", "Completed", Play.START);

    Program after = Programs.filteredTotals();
    play.job.suspend(Play.RECOVER);
    play.counting.changed(after);
    play.job.patch("{\"spec\": {\"filter\": \"%s\"}}".formatted(after.filter()));
    play.job.resume();
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);

    play.job.suspend(Play.RECOVER);
    scene.deleteObjects("");
    play.job.resume();
    Job.Condition stopped =
        play.job.awaitCondition("Stalled", "True", Play.RECOVER, "CheckpointDiverged");
    assertThat(stopped.message()).contains("revision 1", "revision 2");
    Verdict verdict = play.counting.look();
    assertThat(scene.judged(verdict).exact()).as(verdict.toString()).isTrue();

    play.job.patch("{\"spec\": {\"upgrade\": {\"strategy\": \"Fresh\"}}}");
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
  }
}
