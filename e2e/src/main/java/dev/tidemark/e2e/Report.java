package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;

/**
 * All that helps to understand a failed scenario, as text: the jobs, their events, pods and the
 * ends of their logs.
 */
public final class Report {
  private static final int LINES = 150;

  private Report() {}

  /** Describes the scene as it is now. */
  public static String of(Scene scene) {
    StringBuilder text = new StringBuilder();
    KubernetesClient client = scene.cluster().client();
    text.append("writers: ").append(scene.table().writers()).append('\n');
    for (Job job : scene.jobs()) {
      GenericKubernetesResource object = job.get();
      text.append("\n=== StreamingJob ")
          .append(job.namespace())
          .append('/')
          .append(job.name())
          .append('\n');
      if (object != null) {
        object.getMetadata().setManagedFields(null);
      }
      text.append(object == null ? "it is gone" : Serialization.asYaml(object));
      text.append("\n--- events\n").append(String.join("\n", job.events())).append('\n');
      client
          .pods()
          .inNamespace(job.namespace())
          .list()
          .getItems()
          .forEach(pod -> describe(client, pod, text));
    }
    text.append("\n=== operator\n");
    client
        .pods()
        .inNamespace(Cluster.OPERATOR)
        .list()
        .getItems()
        .forEach(pod -> text.append(log(client, pod, false)));
    return text.toString();
  }

  private static void describe(KubernetesClient client, Pod pod, StringBuilder text) {
    text.append("\n--- pod ").append(pod.getMetadata().getName()).append('\n');
    text.append(Serialization.asYaml(pod.getStatus()));
    boolean restarted =
        pod.getStatus().getContainerStatuses().stream()
            .anyMatch(container -> container.getRestartCount() > 0);
    if (restarted) {
      text.append("log of the container before:\n").append(log(client, pod, true));
    }
    text.append("log:\n").append(log(client, pod, false));
  }

  private static String log(KubernetesClient client, Pod pod, boolean previous) {
    try {
      var tail = client.pods().resource(pod).tailingLines(LINES);
      return (previous ? client.pods().resource(pod).terminated().tailingLines(LINES) : tail)
          .getLog();
    } catch (KubernetesClientException e) {
      return "no log: " + e.getMessage() + "\n";
    }
  }
}
