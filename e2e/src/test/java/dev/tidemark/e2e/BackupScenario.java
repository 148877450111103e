package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Serial;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Backups that were made while the job ran, and what they are good for. */
@ExtendWith(Stage.class)
class BackupScenario {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A slot comes each minute, and its run takes a few seconds. */
  private static final Duration SCHEDULED = Duration.ofSeconds(100);

  static Manifest backedUp(Scene scene) {
    return backedUp(scene, scene.manifest(Mode.LOCAL));
  }

  /** A job of any kind, with backups beside those of the scene. */
  static Manifest backedUp(Scene scene, Manifest job) {
    return job.set("backup.path", "s3a://backups/" + scene.id())
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
                  .set("s3.endpoint", spare.endpoint())
                  .set("s3.caSecretRef.name", Cluster.AUTHORITY)
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
      play.job.patch(
          "{\"spec\": {\"s3\": {\"endpoint\": \"%s\", \"caSecretRef\": null}}}"
              .formatted(Infra.MINIO));

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

  /** Asks a job to go back to a backup. */
  static void restore(Job job, String requestId, String backup) {
    job.patch(
        "{\"spec\": {\"restore\": {\"requestId\": \"%s\", \"source\": {\"backupName\": \"%s\"}}}}"
            .formatted(requestId, backup));
  }

  /** A person asks for a backup, and later to go back to it. */
  @Test
  void backToABackupMadeByHand(Scene scene) {
    CountingPlay play = new CountingPlay(scene, backedUp(scene), Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    backups.create("by-hand", play.job);
    backups.await("by-hand", "Completed", Play.START);
    play.counting.awaitMore(Play.RECOVER);

    restore(play.job, "one", "by-hand");
    play.job.awaitCondition("RestoreCompleted", "True", Play.RECOVER, "RestoreCompleted");
    play.job.awaitReady(Play.RECOVER);
    play.counting.awaitMore(Play.RECOVER);
    assertThat(play.job.status("restore", "backup")).isEqualTo("by-hand");
    String safety = play.job.status("restore", "safetyBackup").toString();
    backups.await(safety, "Completed", Play.RECOVER);

    restore(play.job, "two", "nothing");
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

  /** The job's own image reads each backup as a driver would; what it has read is right. */
  @Test
  @Tag("gate")
  void aDrillReadsWhatWasBackedUp(Scene scene) throws IOException {
    CountingPlay play =
        new CountingPlay(
            scene,
            backedUp(scene).set("backup.verify.onCompletion", "RestoreDrill"),
            Programs.totals());
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    play.job.await("a state checkpoint", Play.START, job -> Job.number(job, "state", "keys") > 0);
    backups.create("drilled", play.job);
    backups.awaitLook("drilled", "RestoreDrill", true, Play.START);
    JsonNode drill = json(scene, "verified/drilled.json").get("drill");
    Serial counted =
        Serial.run(
            scene.topic().dump(),
            List.of(new Serial.Chapter(Programs.totals(), Map.of())),
            until(drill.get("offsets")));
    assertThat(counted.size()).isPositive();
    assertThat(drill.get("keys").asInt()).as(drill.toString()).isEqualTo(counted.size());

    alterOneObject(scene);
    backups.look("drilled", "again", "RestoreDrill");
    backups.awaitLook("drilled", "Checksum", false, Play.START); // it did not come to a drill
    play.job.awaitCondition("BackupHealthy", "False", Play.RECOVER, "BackupDamaged");
    play.endsExact();
  }

  /**
   * A new job begins with the state of this one, in a database of its own and with another filter
   * from there on: had it begun at the start of the topic, its totals would be others.
   */
  @Test
  void anotherJobBeginsWithItsState(Scene scene) throws IOException {
    CountingPlay play = new CountingPlay(scene, backedUp(scene), Programs.totals());
    play.job.await("a state checkpoint", Play.START, job -> Job.number(job, "state", "keys") > 0);
    BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
    backups.create("before-the-split", play.job);
    backups.await("before-the-split", "Completed", Play.START);
    JsonNode backup = json(scene, "manifests/before-the-split.json");

    String database = scene.id() + "-clone";
    scene.addDatabase(database);
    Counting counting = new Counting(scene.infra(), database, scene.topic(), Programs.totals());
    counting.changed(Programs.filteredTotals(), until(backup.get("state").get("offsets")));
    Job clone =
        scene.apply(
            counting
                .in(backedUp(scene).name("clone").database(database))
                .set("checkpoint.path", scene.checkpointPath() + "-clone")
                .set("backup.path", "s3a://backups/" + scene.id() + "-clone")
                .set("restore.requestId", "begin")
                .set("restore.source.jobName", play.job.name()));
    clone.awaitCondition("RestoreCompleted", "True", Play.START, "RestoreCompleted");
    clone.awaitReady(Play.START);
    counting.awaitMore(Play.RECOVER);
    scene.faults().killJvm(clone.driver());
    counting.awaitMore(Play.RECOVER);
    play.endsExact();
    Verdict verdict = counting.settle(Play.RECOVER);
    assertThat(scene.judged(verdict).exact()).as(verdict.toString()).isTrue();
  }

  /** One that cannot have the state it is to begin with does not begin without. */
  @Test
  void nothingToBeginWith(Scene scene) {
    Job job =
        scene.apply(
            backedUp(scene)
                .set("restore.requestId", "begin")
                .set("restore.source.path", "s3a://backups/" + scene.id() + "-of-nobody"));
    job.awaitCondition("Stalled", "True", Play.START, "BackupNotFound");
    assertThat(job.status("revision")).isNull();
    job.patch("{\"spec\": {\"restore\": null}}");
    job.awaitReady(Play.START);
  }

  private static Map<Integer, Long> until(JsonNode offsets) {
    Map<Integer, Long> until = new HashMap<>();
    offsets.forEach(o -> until.put(o.get("partition").asInt(), o.get("until").asLong()));
    return until;
  }

  private static JsonNode json(Scene scene, String key) throws IOException {
    return JSON.readTree(stored(scene, key).asByteArray());
  }

  private static ResponseBytes<GetObjectResponse> stored(Scene scene, String key) {
    return scene
        .infra()
        .s3()
        .getObjectAsBytes(request -> request.bucket("backups").key(scene.id() + "/" + key));
  }

  /** The largest, as long as it was. */
  private static void alterOneObject(Scene scene) {
    S3Client s3 = scene.infra().s3();
    S3Object largest =
        s3
            .listObjectsV2Paginator(r -> r.bucket("backups").prefix(scene.id() + "/objects/"))
            .contents()
            .stream()
            .max(Comparator.comparing(S3Object::size))
            .orElseThrow();
    s3.putObject(
        request -> request.bucket("backups").key(largest.key()),
        RequestBody.fromBytes(new byte[largest.size().intValue()]));
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
