package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.Sink;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.operator.core.CheckPlan;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

/**
 * The pod of a check run: the driver's image and mounts, no rights at the API server, no second
 * try.
 */
public final class CheckPod {
  private static final long DEADLINE_SECONDS = 120;

  private CheckPod() {}

  public static Pod of(StreamingJob job, CheckPlan plan, Sink before) {
    StreamingJobSpec spec = job.getSpec();
    Mounts mounts = Mounts.of(plan.pod(), spec, before);
    Pod pod =
        new PodBuilder()
            .withNewMetadata()
            .withName(plan.pod())
            .withNamespace(job.getMetadata().getNamespace())
            .withLabels(Labels.of(job.getMetadata().getName(), Labels.CHECK))
            .withAnnotations(Labels.annotations(plan.of()))
            .withOwnerReferences(Owner.of(job))
            .endMetadata()
            .withNewSpec()
            .withRestartPolicy("Never")
            .withActiveDeadlineSeconds(DEADLINE_SECONDS)
            .withServiceAccountName(DriverPod.account(job, spec))
            .withAutomountServiceAccountToken(false)
            .withEnableServiceLinks(false)
            .withTerminationGracePeriodSeconds(5L)
            .withSecurityContext(Restricted.pod())
            .withImagePullSecrets(DriverPod.pullSecrets(spec))
            .withTolerations(Restricted.tolerations())
            .withVolumes(mounts.volumes)
            .addNewContainer()
            .withName(DriverPod.CONTAINER)
            .withImage(plan.of().image())
            .withImagePullPolicy(spec.imagePullPolicy().name())
            .withArgs("check")
            .withEnv(DriverPod.env(spec))
            .withResources(Sizes.of(spec.driver().cores(), spec.driver().memory()))
            .withSecurityContext(Restricted.container())
            .withVolumeMounts(mounts.mounts)
            .endContainer()
            .endSpec()
            .build();
    return Template.merged(pod, spec.driver().template());
  }
}
