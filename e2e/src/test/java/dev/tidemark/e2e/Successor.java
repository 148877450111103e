package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The next attempt of a driver, made by the test while the driver before it still exists. */
final class Successor {
  private Successor() {}

  static Pod of(KubernetesClient client, Pod driver) {
    int attempt = Job.attempt(driver);
    String name = driver.getMetadata().getName();
    String next =
        name.substring(0, name.length() - Integer.toString(attempt).length()) + (attempt + 1);
    copySettings(client, driver, name, next, attempt + 1);

    // whatever names the driver's own objects names the successor's: pod name, ConfigMap
    Pod copy = Serialization.unmarshal(Serialization.asYaml(driver).replace(name, next), Pod.class);
    copy.setStatus(null);
    copy.getSpec().setNodeName(null);
    copy.getMetadata().setUid(null);
    copy.getMetadata().setResourceVersion(null);
    copy.getMetadata().setCreationTimestamp(null);
    copy.getMetadata().setManagedFields(null);
    copy.getMetadata().getLabels().put("tidemark.dev/attempt", Integer.toString(attempt + 1));
    return client.pods().inNamespace(driver.getMetadata().getNamespace()).resource(copy).create();
  }

  /**
   * A driver is frozen until a successor has committed, wakes up and ends. The operator never runs
   * two drivers, so the test does, with the operator's hands off.
   *
   * @param awaitMore returns when more was committed
   */
  static void beside(Scene scene, Job job, Runnable awaitMore) {
    job.patch("{\"metadata\": {\"annotations\": {\"tidemark.dev/paused\": \"true\"}}}");
    Pod zombie = job.driver();
    scene.faults().freeze(zombie);
    of(scene.cluster().client(), zombie);
    awaitMore.run();
    scene.faults().thaw(zombie);
    awaitEndOf(scene.cluster().client(), zombie);
    awaitMore.run();
    job.patch("{\"metadata\": {\"annotations\": {\"tidemark.dev/paused\": null}}}");
    job.awaitReady(Play.RECOVER);
  }

  /** Waits until the driver before it has ended, which must be because it found itself replaced. */
  static void awaitEndOf(KubernetesClient client, Pod zombie) {
    Pod ended =
        client
            .pods()
            .resource(zombie)
            .waitUntilCondition(
                pod -> pod == null || pod.getStatus().getPhase().matches("Succeeded|Failed"),
                2,
                TimeUnit.MINUTES);
    assertThat(ended).as("the zombie's pod").isNotNull();
    String message =
        ended.getStatus().getContainerStatuses().get(0).getState().getTerminated().getMessage();
    assertThat(message).as("why the zombie ended").containsAnyOf("\"Superseded\"", "\"Fenced\"");
  }

  private static void copySettings(
      KubernetesClient client, Pod driver, String name, String next, int attempt) {
    String namespace = driver.getMetadata().getNamespace();
    ConfigMap settings = client.configMaps().inNamespace(namespace).withName(name).get();
    Map<String, String> data = new HashMap<>(settings.getData());
    data.computeIfPresent(
        "settings.json",
        (key, json) -> {
          @SuppressWarnings("unchecked") // settings are a JSON object
          Map<String, Object> tree = Serialization.unmarshal(json, Map.class);
          tree.put("attempt", attempt);
          return Serialization.asJson(tree);
        });
    Map<String, String> labels = new HashMap<>(settings.getMetadata().getLabels());
    labels.put("tidemark.dev/attempt", Integer.toString(attempt));
    ConfigMap copy =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(next)
            .withNamespace(namespace)
            .withLabels(labels)
            .withOwnerReferences(settings.getMetadata().getOwnerReferences())
            .endMetadata()
            .withImmutable(true)
            .withData(data)
            .build();
    client.configMaps().inNamespace(namespace).resource(copy).create();
  }
}
