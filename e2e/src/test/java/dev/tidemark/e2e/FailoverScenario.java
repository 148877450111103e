package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The database fails over to a copy that lags: results and ledger go back together, and what the
 * job has in its checkpoint and in its memory is ahead of them.
 */
@ExtendWith(Stage.class)
class FailoverScenario {

  @Test
  void rowsGoOnFromTheLedgerAsItIsNow(Scene scene) {
    rowsGoOn(scene, job -> {});
  }

  @Test
  void rowsGoOnThoughTheCopyIsFromBeforeThisRun(Scene scene) {
    rowsGoOn(scene, job -> Play.strike(scene, job, () -> scene.faults().killJvm(job.driver())));
  }

  /** Whatever the lost database had is computed again. */
  private static void rowsGoOn(Scene scene, Consumer<Job> sinceTheCopy) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    scene.infra().copyDatabase(scene.id());
    scene.awaitMoreRows(Play.RECOVER);
    sinceTheCopy.accept(job);
    long before = scene.table().count();
    scene.awaitRows(before + 10L * Play.RATE, Play.RECOVER);
    scene.infra().failOver(scene.id());
    assertThat(scene.table().count()).as("rows of the copy").isLessThan(before);
    scene.awaitRows(before, Play.RECOVER);
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  @Test
  void stateComesFromABackupOfBefore(Scene scene) {
    stateGoesBack(scene, play -> {});
  }

  @Test
  void stateComesFromABackupThoughTheCopyIsFromBeforeThisRun(Scene scene) {
    stateGoesBack(scene, play -> play.strike(() -> scene.faults().killJvm(play.job.driver())));
  }

  /**
   * State cannot be taken back, and nothing is counted twice: the job stops until it is told to
   * begin with a backup from before.
   */
  private static void stateGoesBack(Scene scene, Consumer<CountingPlay> sinceTheCopy) {
    CountingPlay play = new CountingPlay(scene, BackupScenario.backedUp(scene), Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    play.job.await("a state checkpoint", Play.START, job -> Job.number(job, "state", "keys") > 0);
    backups.create("before", play.job);
    backups.await("before", "Completed", Play.START);
    play.counting.awaitMore(Play.RECOVER);
    scene.infra().copyDatabase(scene.id());
    play.counting.awaitMore(Play.RECOVER);
    sinceTheCopy.accept(play);
    List<String> old = StatefulScenario.manifests(scene);
    Awaitility.await("state checkpoints of before are there no more")
        .atMost(Play.RECOVER)
        .until(() -> Collections.disjoint(old, StatefulScenario.manifests(scene)));
    scene.infra().failOver(scene.id());
    Job.Condition stopped =
        play.job.awaitCondition("Stalled", "True", Play.RECOVER, "LedgerBehindCheckpoint");
    assertThat(stopped.message()).contains("restore");

    BackupScenario.restore(play.job, "back", "before");
    play.job.awaitCondition("RestoreCompleted", "True", Play.RECOVER, "RestoreCompleted");
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    play.endsExact();
  }
}
