package dev.tidemark.operator.kubernetes.reading;

import dev.tidemark.operator.core.Problem;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.kubernetes.manifests.Json;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What only the kubelet's events tell of a pod. */
public final class PodEvents {
  private static final Duration PATIENCE = Duration.ofSeconds(4);

  private final KubernetesClient client;

  public PodEvents(KubernetesClient client) {
    this.client = client;
  }

  /** A pod waits in silence when a Secret it mounts is missing: only an event says so. */
  public Optional<Problem> of(Pod pod, Instant now) {
    Instant created = Json.instant(pod.getMetadata().getCreationTimestamp());
    if (created == null
        || now.isBefore(created.plus(PATIENCE))
        || pod.getSpec().getNodeName() == null) {
      return Optional.empty();
    }
    try {
      return client
          .v1()
          .events()
          .inNamespace(pod.getMetadata().getNamespace())
          .withField("involvedObject.uid", pod.getMetadata().getUid())
          .list()
          .getItems()
          .stream()
          .filter(e -> "FailedMount".equals(e.getReason()))
          .map(Event::getMessage)
          .findFirst()
          .map(
              message ->
                  new Problem(
                      Reason.SecretMissing,
                      message + " Create what is missing; the pod goes on by itself."));
    } catch (KubernetesClientException notNow) {
      return Optional.empty();
    }
  }
}
