package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is wrong is named, and nothing that works suffers from it. */
@ExtendWith(Stage.class)
class BadInputScenario {
  /** A check run, and some time for a laden machine. */
  private static final Duration NOTICED = Duration.ofMinutes(2);

  @Test
  void anImageThatCannotBePulled(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();
    job.patch("{\"spec\": {\"image\": \"tidemark/streaming-job:never-built\"}}");
    Job.Condition told = job.awaitCondition("Progressing", "True", NOTICED, "ImagePullFailed");
    assertThat(told.message()).contains("never-built");
    assertThat(job.driver().getMetadata().getUid()).as("the driver works on").isEqualTo(pod);
    scene.awaitMoreRows(Play.RECOVER);

    job.patch("{\"spec\": {\"image\": null}}");
    job.awaitReady(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).isEqualTo(pod);
    Play.endsExact(scene, feeder);
  }

  @Test
  void aPathInsideThatOfAnotherJob(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    Job inside =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .name("inside")
                .path(scene.checkpointPath() + "/r000001/e000001"));
    Job.Condition told = inside.awaitCondition("Stalled", "True", NOTICED, "CheckpointInUse");
    assertThat(told.message()).contains(scene.checkpointPath());
    assertThat(job.condition("Ready").isTrue()).isTrue();
    Play.endsExact(scene, feeder);
  }

  /** One thing after the other is put right; nothing is told to the job itself. */
  @Test
  @Tag("gate")
  void whatIsMissingIsNamedAndHealsByItself(Scene scene) {
    String topic = scene.topic().name();
    scene.topic().delete();
    scene.table().execute("ALTER TABLE %s RENAME TO kept".formatted(scene.table().name()));
    Job job =
        scene.apply(scene.manifest(Mode.LOCAL).set("sink.jdbc.credentialsSecretRef.name", "late"));
    Job.Condition secret = job.awaitCondition("Progressing", "True", NOTICED, "SecretMissing");
    assertThat(secret.message()).contains("late");

    scene.cluster().copySecret("pg", scene.id(), "late");
    scene.cluster().setSecret(scene.id(), "late", "password", "wrong");
    Job.Condition refused = job.awaitCondition("Stalled", "True", NOTICED, "TopicNotFound");
    assertThat(refused.message())
        .as("all faults at once")
        .contains(topic)
        .contains("password authentication failed");

    scene.topic().createAgain(Scene.PARTITIONS);
    scene.cluster().copySecret("pg", scene.id(), "late");
    Job.Condition table = job.awaitCondition("Stalled", "True", NOTICED, "SinkTableMissing");
    assertThat(table.message()).contains(scene.table().name());

    scene.table().execute("ALTER TABLE kept RENAME TO " + scene.table().name());
    job.awaitReady(Play.START);
    assertThat(job.number("attempt")).as("drivers that were needed").isEqualTo(1);
    Feeder feeder = scene.feed(Play.RATE);
    scene.awaitMoreRows(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  /**
   * A bucket nobody lets the job into; then one it may read only; the Secret is mended each time.
   */
  @Test
  void aBucketThatIsForbidden(Scene scene) {
    Infra infra = scene.infra();
    scene.cluster().createSecret(scene.id(), "own", infra.credentialsWithout("s3:*", Infra.BUCKET));
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("s3.credentialsSecretRef.name", "own"));
    Job.Condition shut = job.awaitCondition("Ready", "False", NOTICED, "StoreAccessDenied");
    assertThat(shut.message()).contains(Infra.BUCKET, "s3.credentialsSecretRef");

    setSecret(scene, infra.credentialsWithout("s3:PutObject", Infra.BUCKET));
    job.await(
        "a driver, since all can be read", NOTICED, object -> Job.number(object, "attempt") > 0);
    Job.Condition readOnly = job.awaitCondition("Ready", "False", NOTICED, "StoreAccessDenied");
    assertThat(readOnly.message()).contains(Infra.BUCKET, "read, write");

    setSecret(scene, infra.credentialsWithout("s3:PutObject", "backups"));
    job.awaitReady(Play.START);
    Feeder feeder = scene.feed(Play.RATE);
    scene.awaitMoreRows(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  private static void setSecret(Scene scene, Map<String, String> entries) {
    entries.forEach((key, value) -> scene.cluster().setSecret(scene.id(), "own", key, value));
  }

  /** A roll without room for a second driver beside the first; then without room for any. */
  @Test
  void aQuotaForOneDriverAndThenForNone(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    scene.cluster().setQuota(scene.id(), "requests.memory", "2Gi");
    String first = job.driver().getMetadata().getUid();
    job.patch("{\"spec\": {\"driver\": {\"memory\": \"800Mi\"}}}");
    job.awaitReady(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).isNotEqualTo(first);

    scene.cluster().setQuota(scene.id(), "requests.memory", "100Mi");
    scene.faults().killPod(job.driver());
    Job.Condition refused = job.awaitCondition("Ready", "False", NOTICED, "PodRejected");
    assertThat(refused.message()).contains("exceeded quota").contains("requests.memory");

    scene.cluster().setQuota(scene.id(), "requests.memory", "4Gi");
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  /** No container of the namespace may have as much memory as a driver asks for. */
  @Test
  void aLimitRangeBelowWhatADriverNeeds(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    scene.cluster().setLimit(scene.id(), "memory", "100Mi");
    scene.faults().killPod(job.driver());
    Job.Condition refused = job.awaitCondition("Ready", "False", NOTICED, "PodRejected");
    assertThat(refused.message()).contains("maximum memory usage per Container is 100Mi");

    scene.cluster().setLimit(scene.id(), "memory", "8Gi");
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  /** The namespace enforces the restricted Pod Security level. */
  @Test
  void anAdmissionThatRefusesThePod(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .set("driver.template", Map.of("spec", Map.of("hostNetwork", true))));
    Job.Condition refused = job.awaitCondition("Ready", "False", NOTICED, "PodRejected");
    assertThat(refused.message()).contains("PodSecurity").contains("hostNetwork");
    job.patch("{\"spec\": {\"driver\": {\"template\": null}}}");
    job.awaitReady(Play.START);
    Play.endsExact(scene, feeder);
  }

  @Test
  void aBrokerAndABucketThatDoNotExist(Scene scene) {
    Job job =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .set("source.bootstrapServers", "nobody.infra.svc:9092")
                .path("s3a://no-such-bucket/" + scene.id()));
    Job.Condition refused =
        job.awaitCondition("Ready", "False", NOTICED, "KafkaUnavailable", "BucketNotFound");
    assertThat(refused.message()).contains("nobody.infra.svc:9092").contains("no-such-bucket");
    job.patch("{\"spec\": {\"source\": {\"bootstrapServers\": \"%s\"}}}".formatted(Infra.KAFKA));
    job.await(
        "was judged anew",
        NOTICED,
        object -> Job.condition(object, "Stalled").message().contains("refused generation 2"));
    Job.Condition bucket = job.condition("Stalled");
    assertThat(bucket.reason()).isEqualTo("BucketNotFound");
    assertThat(bucket.message()).contains("no-such-bucket").doesNotContain("nobody");
  }

  @Test
  void aNameAsLongAsItMayBe(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, scene.manifest(Mode.ONE_EXECUTOR).name("j".repeat(40)));
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killPod(job.driver()));
    Play.endsExact(scene, feeder);
  }

  /** The password is changed in the database and then in the Secret; the job is not touched. */
  @Test
  void aPasswordIsRevokedAndRotated(Scene scene) {
    String role = scene.infra().createRole(scene.id(), "before");
    try {
      scene.cluster().copySecret("pg", scene.id(), "own");
      scene.cluster().setSecret(scene.id(), "own", "username", role);
      scene.cluster().setSecret(scene.id(), "own", "password", "before");
      Feeder feeder = scene.feed(Play.RATE);
      Job job =
          Play.started(
              scene, scene.manifest(Mode.LOCAL).set("sink.jdbc.credentialsSecretRef.name", "own"));
      long generation = job.get().getMetadata().getGeneration();
      scene.infra().setPassword(role, "after");
      Job.Condition refused = job.awaitCondition("Ready", "False", NOTICED, "SinkAccessDenied");
      assertThat(refused.message()).contains("sink.jdbc.credentialsSecretRef");

      scene.cluster().setSecret(scene.id(), "own", "password", "after");
      job.awaitReady(Play.RECOVER);
      scene.awaitMoreRows(Play.RECOVER);
      assertThat(job.get().getMetadata().getGeneration())
          .as("the resource was not touched")
          .isEqualTo(generation);
      Play.endsExact(scene, feeder);
    } finally {
      scene.infra().dropRole(role);
    }
  }
}
