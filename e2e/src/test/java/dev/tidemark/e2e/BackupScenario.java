package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Backups that were made while the job ran, and what they are good for. */
@ExtendWith(Stage.class)
class BackupScenario {
  /** A slot comes each minute, and its run takes a few seconds. */
  private static final Duration SCHEDULED = Duration.ofSeconds(100);

  private static Manifest backedUp(Scene scene) {
    return scene
        .manifest(Mode.LOCAL)
        .set("backup.path", "s3a://backups/" + scene.id())
        .set("backup.s3.endpoint", Infra.MINIO)
        .set("backup.s3.pathStyleAccess", true)
        .set("backup.s3.credentialsSecretRef.name", "minio");
  }

  /** The store of the checkpoint burns down; the job goes on in another one, from the second. */
  @Test
  @Tag("gate")
  void aStoreIsLostWithAllItHeld(Scene scene) {
    try (SpareStore spare = new SpareStore(scene.cluster())) {
      CountingPlay play =
          new CountingPlay(
              scene,
              backedUp(scene)
                  .set("s3.endpoint", SpareStore.ENDPOINT)
                  .set("backup.schedule", "* * * * *")
                  .set("backup.retention.keepLast", 2)
                  .set("checkpoint.onLost", "RestoreBackup"),
              Programs.totals());
      play.job.await(
          "a scheduled backup",
          SCHEDULED,
          job -> Job.status(job, "backup", "lastSuccess", "name") != null);
      play.job.awaitCondition("BackupHealthy", "True", Play.RECOVER, "BackupCurrent");
      play.counting.awaitMore(Play.RECOVER);

      spare.lose();
      play.job.patch("{\"spec\": {\"s3\": {\"endpoint\": \"" + Infra.MINIO + "\"}}}");

      play.job.awaitCondition("RestoreCompleted", "True", Play.RECOVER);
      play.job.awaitReady(Play.RECOVER);
      play.counting.awaitMore(Play.RECOVER);
      assertThat(play.job.status("restore", "backup"))
          .as("one of the schedule's")
          .asString()
          .startsWith("job-2");
      play.strike(() -> scene.faults().killJvm(play.job.driver()));
      play.endsExact();
    }
  }

  /** A person asks for a backup, and later to go back to it. */
  @Test
  void backToABackupMadeByHand(Scene scene) {
    CountingPlay play = new CountingPlay(scene, backedUp(scene), Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    backups.create("by-hand", play.job);
    backups.await("by-hand", "Completed", Play.START);
    play.counting.awaitMore(Play.RECOVER);

    play.job.patch(
        "{\"spec\": {\"restore\": {\"requestId\": \"one\", \"source\": {\"backupName\": \"by-hand\"}}}}");
    play.job.awaitCondition("RestoreCompleted", "True", Play.RECOVER, "RestoreCompleted");
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    assertThat(play.job.status("restore", "backup")).isEqualTo("by-hand");
    String safety = play.job.status("restore", "safetyBackup").toString();
    backups.await(safety, "Completed", Play.RECOVER);

    play.job.patch(
        "{\"spec\": {\"restore\": {\"requestId\": \"two\", \"source\": {\"backupName\": \"nothing\"}}}}");
    play.job.awaitCondition("RestoreCompleted", "False", Play.RECOVER, "BackupNotFound");
    play.job.awaitReady(Play.RECOVER);
    play.endsExact();
  }

  /** The data of a backup goes with it when it should, and a deletion never hangs. */
  @Test
  void aBackupIsDeletedWithItsData(Scene scene) {
    CountingPlay play =
        new CountingPlay(
            scene, backedUp(scene).set("backup.deletionPolicy", "Delete"), Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    backups.create("short-lived", play.job);
    backups.await("short-lived", "Completed", Play.START);
    assertThat(manifests(scene)).contains("short-lived.json");
    backups.delete("short-lived");
    Awaitility.await("the backup is gone")
        .atMost(Play.RECOVER)
        .until(() -> backups.get("short-lived") == null);
    assertThat(manifests(scene)).doesNotContain("short-lived.json");
    play.endsExact();
  }

  private static List<String> manifests(Scene scene) {
    String prefix = scene.id() + "/manifests/";
    return scene
        .infra()
        .s3()
        .listObjectsV2Paginator(request -> request.bucket("backups").prefix(prefix))
        .contents()
        .stream()
        .map(object -> object.key().substring(prefix.length()))
        .toList();
  }
}
