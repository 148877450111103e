package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.operator.core.Fingerprint;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

/**
 * The pod template the driver gives to Spark for its executors; Spark adds names, ports, resources
 * and environment.
 */
final class ExecutorTemplate {
  /**
   * An executor has nothing to tidy up. With 0 the API server removes a deleted pod at once; with
   * more it stays until its kubelet confirms, for ever if the node is silent, and Spark takes it
   * for there and makes no other.
   */
  private static final long GRACE_SECONDS = 0;

  private ExecutorTemplate() {}

  static String yaml(StreamingJob job, StreamingJobSpec spec, int attempt, Fingerprint of) {
    return Json.KUBERNETES.asYaml(pod(job, spec, attempt, of));
  }

  private static Pod pod(StreamingJob job, StreamingJobSpec spec, int attempt, Fingerprint of) {
    String jobName = job.getMetadata().getName();
    Mounts mounts = Mounts.forExecutor(jobName + "-driver-" + attempt, spec);
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withLabels(Labels.of(jobName, Labels.EXECUTOR))
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .withServiceAccountName(DriverPod.account(job, spec))
            .withAutomountServiceAccountToken(false)
            .withEnableServiceLinks(false)
            .withTerminationGracePeriodSeconds(GRACE_SECONDS)
            .withSecurityContext(Restricted.pod())
            .withImagePullSecrets(DriverPod.pullSecrets(spec))
            .withTolerations(Restricted.tolerations())
            .withVolumes(mounts.volumes)
            .addNewContainer()
            .withName(DriverPod.CONTAINER)
            .withImage(of.image())
            .withImagePullPolicy(spec.imagePullPolicy().name())
            .withResources(Sizes.of(spec.executor().cores(), spec.executor().memory()))
            .withSecurityContext(Restricted.container())
            .withVolumeMounts(mounts.mounts)
            .endContainer()
            .endSpec()
            .build();
    return Template.merged(pod, spec.executor().template());
  }
}
