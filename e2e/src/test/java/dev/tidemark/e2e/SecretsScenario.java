package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jpountz.lz4.LZ4BlockInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** The passwords and keys a job works with, looked for wherever they must not be. */
@ExtendWith(Stage.class)
class SecretsScenario {
  private static final String PASSWORD = "planted-6f1d0c-password";

  /** Where to look, by what it is called in the message of a failure. */
  private final Map<String, byte[]> places = new LinkedHashMap<>();

  @Test
  @Tag("gate")
  void areFoundNowhere(Scene scene) throws IOException {
    String role = scene.infra().createRole(scene.id(), PASSWORD);
    try {
      scene.cluster().copySecret("pg", scene.id(), "own");
      scene.cluster().setSecret(scene.id(), "own", "username", role);
      scene.cluster().setSecret(scene.id(), "own", "password", PASSWORD);
      CountingPlay play =
          new CountingPlay(
              scene,
              BackupScenario.backedUp(scene)
                  .set("executor.instances", 1)
                  .set("driver.standby", true)
                  .set("sink.jdbc.credentialsSecretRef.name", "own"),
              Programs.totals());
      BackupResources backups = new BackupResources(scene.cluster().client(), scene.id());
      backups.create("by-hand", play.job);
      backups.await("by-hand", "Completed", Play.START);
      // a failure has the most to say: a stack trace, an event, a last message
      play.strike(() -> scene.faults().killJvm(play.job.driver()));
      scene.infra().cutSessions(scene.id());
      play.counting.awaitMore(Play.RECOVER);

      lookAtObjects(scene);
      lookAtPods(scene, scene.id());
      lookAtPods(scene, Cluster.OPERATOR);
      lookAtStore(scene, Infra.BUCKET);
      lookAtStore(scene, "backups");
      assertThat(places).as("places looked at").hasSizeGreaterThan(30);
      String key = scene.cluster().secret(Cluster.INFRA, "minio", "AWS_SECRET_ACCESS_KEY");
      for (String secret : List.of(PASSWORD, key)) {
        assertThat(placesWith(secret)).isEmpty();
        assertThat(placesWith(encoded(secret))).as("in Base64").isEmpty();
      }
      assertThat(placesWith(scene.id())).as("this search finds what is there").isNotEmpty();
      play.endsExact();
    } finally {
      scene.infra().dropRole(role);
    }
  }

  private static String encoded(String secret) {
    return Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
  }

  private List<String> placesWith(String secret) {
    // bytes as they are: ISO 8859-1 maps each to one character
    return places.entrySet().stream()
        .filter(place -> new String(place.getValue(), StandardCharsets.ISO_8859_1).contains(secret))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void add(String place, String text) {
    places.put(place, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Specs, status, settings and events: everything of the namespace but its Secrets. */
  private void lookAtObjects(Scene scene) {
    KubernetesClient client = scene.cluster().client();
    String namespace = scene.id();
    List<Object> objects = new ArrayList<>();
    objects.addAll(client.pods().inNamespace(namespace).list().getItems());
    objects.addAll(client.configMaps().inNamespace(namespace).list().getItems());
    objects.addAll(client.leases().inNamespace(namespace).list().getItems());
    objects.addAll(client.batch().v1().jobs().inNamespace(namespace).list().getItems());
    objects.addAll(client.v1().events().inNamespace(namespace).list().getItems());
    for (String kind : List.of("StreamingJob", "StreamingJobBackup")) {
      objects.addAll(
          client
              .genericKubernetesResources("tidemark.dev/v1alpha1", kind)
              .inNamespace(namespace)
              .list()
              .getItems());
    }
    for (int i = 0; i < objects.size(); i++) {
      String yaml = Serialization.asYaml(objects.get(i));
      add("object %d: %s".formatted(i, yaml.lines().limit(6).toList()), yaml);
    }
  }

  /** Logs, command lines and last messages of all pods. */
  private void lookAtPods(Scene scene, String namespace) {
    KubernetesClient client = scene.cluster().client();
    for (Pod pod : client.pods().inNamespace(namespace).list().getItems()) {
      String name = pod.getMetadata().getName();
      pod.getStatus()
          .getContainerStatuses()
          .forEach(
              container -> {
                var log =
                    client
                        .pods()
                        .inNamespace(namespace)
                        .withName(name)
                        .inContainer(container.getName());
                add("log of " + name, log.getLog());
                if (container.getRestartCount() > 0) {
                  add("log of " + name + " before", log.terminated().getLog());
                }
                if (container.getState().getRunning() != null) {
                  add(
                      "command lines in " + name,
                      scene
                          .faults()
                          .exec(
                              pod,
                              container.getName(),
                              "cat /proc/[0-9]*/cmdline | tr '\\0' ' '; find /var/run/tidemark -type f -exec cat {} +"));
                }
              });
    }
  }

  /** Everything under the job's path, as it is and unpacked. */
  private void lookAtStore(Scene scene, String bucket) throws IOException {
    for (String key : scene.objects(bucket, "")) {
      byte[] content;
      try {
        content = scene.infra().s3().getObjectAsBytes(r -> r.bucket(bucket).key(key)).asByteArray();
      } catch (NoSuchKeyException e) {
        continue; // the job goes on, and deletes what it needs no more
      }
      places.put(bucket + "/" + key, content);
      if (new String(content, StandardCharsets.ISO_8859_1).startsWith("LZ4Block")) {
        try (InputStream unpacked = new LZ4BlockInputStream(new ByteArrayInputStream(content))) {
          places.put(bucket + "/" + key + ", unpacked", unpacked.readAllBytes());
        }
      }
    }
  }
}
