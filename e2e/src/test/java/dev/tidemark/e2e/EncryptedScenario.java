package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Kafka, PostgreSQL and the store with certificates of an authority that Java does not know, and
 * Kafka with users and access lists.
 */
@ExtendWith(Stage.class)
class EncryptedScenario {
  private static final Duration NOTICED = Duration.ofMinutes(2);
  private static final String LOGIN = "sasl.jaas.config";

  @Test
  @Tag("gate")
  void everyConnection(Scene scene) {
    try (SpareStore store = new SpareStore(scene.cluster());
        KafkaUser user = new KafkaUser(scene.infra().kafka(), scene.id(), "before")) {
      login(scene, user.login("before"));
      CountingPlay play =
          new CountingPlay(
              scene,
              encrypted(scene, Mode.ONE_EXECUTOR)
                  .set("source.caSecretRef.name", Cluster.AUTHORITY)
                  .set("sink.jdbc.caSecretRef.name", Cluster.AUTHORITY)
                  .set("s3.endpoint", store.endpoint())
                  .set("s3.caSecretRef.name", Cluster.AUTHORITY),
              Programs.totals());
      assertThat(sessions(scene)).as("sessions of the job").isNotEmpty().doesNotContain("false");
      play.strike(() -> scene.faults().killJvm(play.job.driver()));

      // a password is rotated, first in Kafka and then in the Secret; the resource is not touched
      user.setPassword("after");
      scene.cluster().setSecret(scene.id(), "kafka-user", LOGIN, user.login("after"));
      play.strike(() -> scene.faults().killPod(play.job.driver()));

      user.refuse(scene.topic(), AclOperation.READ);
      Job.Condition denied =
          play.job.awaitCondition("Ready", "False", NOTICED, "KafkaAccessDenied");
      assertThat(denied.message()).contains(scene.topic().name());
      user.allow();
      play.job.awaitReady(Play.RECOVER);
      play.endsExact();
    }
  }

  /** Each is named, with the field to look at, and heals by itself. */
  @Test
  void anUnknownAuthorityAndAWrongPassword(Scene scene) {
    try (KafkaUser user = new KafkaUser(scene.infra().kafka(), scene.id(), "right")) {
      login(scene, user.login("wrong"));
      Job job = scene.apply(encrypted(scene, Mode.LOCAL));
      Job.Condition unknown = job.awaitCondition("Ready", "False", NOTICED, "KafkaAccessDenied");
      assertThat(unknown.message()).contains("source.caSecretRef");

      job.patch(
          "{\"spec\": {\"source\": {\"caSecretRef\": {\"name\": \"%s\"}}}}"
              .formatted(Cluster.AUTHORITY));
      job.await(
          "was judged anew",
          NOTICED,
          object -> Job.condition(object, "Ready").message().contains("credentials"));

      scene.cluster().setSecret(scene.id(), "kafka-user", LOGIN, user.login("right"));
      job.awaitReady(Play.START);
      Feeder feeder = scene.feed(Play.RATE);
      scene.awaitMoreRows(Play.RECOVER);
      Play.endsExact(scene, feeder);
    }
  }

  static void login(Scene scene, String login) {
    scene.cluster().createSecret(scene.id(), "kafka-user", Map.of(LOGIN, login));
  }

  /** A job that reads from the encrypted listener. */
  static Manifest encrypted(Scene scene, Mode mode) {
    return scene
        .manifest(mode)
        .set("source.bootstrapServers", KafkaUser.KAFKA)
        .set(
            "source.properties",
            Map.of("security.protocol", "SASL_SSL", "sasl.mechanism", "SCRAM-SHA-512"))
        .set("source.propertiesSecretRef.name", "kafka-user");
  }

  /** Whether each session of the scenario's jobs is encrypted. */
  private static List<String> sessions(Scene scene) {
    return scene
        .table()
        .ask(
            "SELECT ssl::text FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
                + " WHERE datname = current_database() AND application_name <> 'tidemark-e2e'");
  }
}
