package dev.tidemark.operator.kubernetes.reading;

import dev.tidemark.operator.core.backup.RunProgress;
import dev.tidemark.operator.kubernetes.manifests.BackupJob;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;

/** What a run says while it is at work. */
public final class RunLog {
  private static final int LAST_LINES = 5;

  private final KubernetesClient client;

  public RunLog(KubernetesClient client) {
    this.client = client;
  }

  /** How far it has come; empty where it has not said so, or its log cannot be had now. */
  public Optional<RunProgress> progress(Pod pod) {
    try {
      return RunProgress.last(
          client
              .pods()
              .inNamespace(pod.getMetadata().getNamespace())
              .withName(pod.getMetadata().getName())
              .inContainer(BackupJob.CONTAINER)
              .tailingLines(LAST_LINES)
              .getLog());
    } catch (KubernetesClientException notNow) {
      return Optional.empty();
    }
  }
}
