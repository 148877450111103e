package dev.tidemark.e2e;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A second node of the cluster, which can be lost. */
public final class Worker {
  /** The node. */
  public static final String NODE = "tidemark-worker";

  private final KubernetesClient client;

  private Worker(KubernetesClient client) {
    this.client = client;
  }

  /** Makes the node unless it is there, and mends what was done to it. */
  public static Worker up(Cluster cluster) {
    run("up");
    return new Worker(cluster.client());
  }

  /** Removes the node. */
  public static void down() {
    run("down");
  }

  /** Its processes are frozen; nothing on it answers. Returns when. */
  public Instant pause() {
    run("pause");
    return Instant.now();
  }

  /** They go on where they were. */
  public void resume() {
    run("resume");
  }

  /** It dies with all that runs on it. Returns when. */
  public Instant stop() {
    run("stop");
    return Instant.now();
  }

  /** Whether it answers, as Kubernetes sees it. */
  public boolean isReady() {
    return client.nodes().withName(NODE).get().getStatus().getConditions().stream()
        .anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"));
  }

  /**
   * Takes no more pods, and sends away those of a namespace, as {@code kubectl drain} does. Returns
   * when.
   */
  public Instant drain(String namespace) {
    client
        .nodes()
        .withName(NODE)
        .edit(
            node -> {
              node.getSpec().setUnschedulable(true);
              return node;
            });
    client.pods().inNamespace(namespace).list().getItems().stream()
        .filter(pod -> NODE.equals(pod.getSpec().getNodeName()))
        .forEach(
            pod ->
                client.pods().inNamespace(namespace).withName(pod.getMetadata().getName()).evict());
    return Instant.now();
  }

  /** Of a pod that would rather run there, and elsewhere when it cannot. */
  public static Map<String, Object> template() {
    return Map.of(
        "spec",
        Map.of(
            "tolerations",
            List.of(Map.of("key", "tidemark.dev/e2e", "value", "worker", "effect", "NoSchedule")),
            "affinity",
            Map.of(
                "nodeAffinity",
                Map.of(
                    "preferredDuringSchedulingIgnoredDuringExecution",
                    List.of(
                        Map.of(
                            "weight",
                            100,
                            "preference",
                            Map.of(
                                "matchExpressions",
                                List.of(
                                    Map.of(
                                        "key",
                                        "kubernetes.io/hostname",
                                        "operator",
                                        "In",
                                        "values",
                                        List.of(NODE))))))))));
  }

  private static void run(String what) {
    try {
      Process process =
          new ProcessBuilder("cluster/worker", what)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("e2e/cluster/worker " + what + ": " + said);
      }
    } catch (IOException e) {
      throw new IllegalStateException("e2e/cluster/worker " + what, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
