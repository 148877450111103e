package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;

/** The {@code StreamingJobBackup}s of a scenario's namespace. */
public final class BackupResources {
  private final MixedOperation<
          GenericKubernetesResource,
          io.fabric8.kubernetes.api.model.GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      all;
  private final String namespace;

  /** Those of one namespace. */
  public BackupResources(KubernetesClient client, String namespace) {
    this.all = client.genericKubernetesResources("tidemark.dev/v1alpha1", "StreamingJobBackup");
    this.namespace = namespace;
  }

  /** Asks for one by hand. */
  public void create(String name, Job job) {
    Map<String, Object> backup =
        Map.of(
            "apiVersion",
            "tidemark.dev/v1alpha1",
            "kind",
            "StreamingJobBackup",
            "metadata",
            Map.of("name", name, "namespace", namespace),
            "spec",
            Map.of("jobRef", Map.of("name", job.name())));
    all.inNamespace(namespace)
        .resource(
            Serialization.unmarshal(Serialization.asYaml(backup), GenericKubernetesResource.class))
        .create();
  }

  /** Asks for a look at one. */
  public void look(String name, String requestId, String level) {
    all.inNamespace(namespace)
        .withName(name)
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"spec\": {\"verification\": {\"requestId\": \"%s\", \"level\": \"%s\"}}}"
                .formatted(requestId, level));
  }

  /** Waits until the last look was that close and found so. */
  public void awaitLook(String name, String level, boolean good, Duration within) {
    Awaitility.await(name + " was looked at by " + level + " and is good: " + good)
        .atMost(within)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () ->
                level.equals(Job.status(get(name), "verification", "level"))
                    && Boolean.valueOf(good).equals(Job.status(get(name), "verification", "good")));
  }

  /** As it is now; null when there is none. */
  public GenericKubernetesResource get(String name) {
    return all.inNamespace(namespace).withName(name).get();
  }

  /** Deletes one. */
  public void delete(String name) {
    all.inNamespace(namespace).withName(name).delete();
  }

  /** Deletes all, with the pods that made them. */
  public void deleteAll() {
    all.inNamespace(namespace).delete();
  }

  /** Waits until one stands where it should. */
  public void await(String name, String phase, Duration within) {
    Awaitility.await(name + " is " + phase)
        .atMost(within)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> is(name, phase));
  }

  /** Whether one stands there. */
  public boolean is(String name, String phase) {
    return phase.equals(Job.status(get(name), "phase"));
  }
}
