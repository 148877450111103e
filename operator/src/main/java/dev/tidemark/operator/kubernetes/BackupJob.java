package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.Backup;
import dev.tidemark.crds.S3;
import dev.tidemark.crds.SecretRef;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The Kubernetes Job that runs {@code tidemark-backup} in the namespace of a job, with the job's
 * own credentials: the operator has none. What cannot be put right by another try (exit code 1 or
 * 2) is not tried again.
 */
final class BackupJob {
  static final String CONTAINER = "backup";

  private static final String SECRETS = "/etc/tidemark/secrets/";
  private static final int KEPT_SECONDS = 24 * 3600;
  private static final double CORES = 0.4;

  private BackupJob() {}

  /**
   * A run.
   *
   * @param owner what is deleted takes the run with it
   * @param component which kind of run, so that whoever waits for it finds it
   * @param arguments of the command, without those that say how the stores are reached
   */
  static Job of(
      String name,
      HasMetadata owner,
      String component,
      StreamingJob job,
      List<String> arguments,
      String image) {
    StreamingJobSpec spec = job.getSpec();
    Backup backup = spec.backup();
    List<Volume> volumes = new ArrayList<>();
    List<VolumeMount> mounts = new ArrayList<>();
    List<String> all = new ArrayList<>(arguments);
    all.add("--report=/dev/termination-log");
    reached(spec.s3(), "", "store", all, volumes, mounts);
    reached(backup.s3(), "backup-", "backup-store", all, volumes, mounts);
    volumes.add(new VolumeBuilder().withName("tmp").withNewEmptyDir().endEmptyDir().build());
    mounts.add(new VolumeMountBuilder().withName("tmp").withMountPath("/tmp").build());
    return new JobBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(job.getMetadata().getNamespace())
        .withLabels(Labels.of(job.getMetadata().getName(), component))
        .withOwnerReferences(Owner.of(owner))
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(backup.backoffLimit())
        .withActiveDeadlineSeconds(Durations.of(backup.activeDeadline()).toSeconds())
        .withTtlSecondsAfterFinished(KEPT_SECONDS)
        .withNewPodFailurePolicy()
        .addNewRule()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(CONTAINER)
        .withOperator("In")
        .withValues(1, 2)
        .endOnExitCodes()
        .endRule()
        .endPodFailurePolicy()
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(Labels.of(job.getMetadata().getName(), component))
        .endMetadata()
        .withNewSpec()
        .withRestartPolicy("Never")
        .withServiceAccountName(DriverPod.account(job, spec))
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(5L)
        .withSecurityContext(Restricted.pod())
        .withImagePullSecrets(DriverPod.pullSecrets(spec))
        .withTolerations(Restricted.tolerations())
        .withVolumes(volumes)
        .addNewContainer()
        .withName(CONTAINER)
        .withImage(image)
        .withImagePullPolicy(spec.imagePullPolicy().name())
        .withArgs(all)
        .addNewEnv()
        .withName("TIDEMARK_JAVA_OPTS")
        .withValue("-Xmx" + Durations.mebibytes(backup.memory()) + "m")
        .endEnv()
        .withResources(Sizes.of(CORES, backup.memory()))
        .withSecurityContext(Restricted.container())
        .withVolumeMounts(mounts)
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  /** How a store is reached, as options; credentials are files, never arguments. */
  private static void reached(
      S3 s3,
      String prefix,
      String volume,
      List<String> arguments,
      List<Volume> volumes,
      List<VolumeMount> mounts) {
    if (s3 == null) {
      return;
    }
    if (s3.endpoint() != null) {
      arguments.add("--" + prefix + "endpoint=" + s3.endpoint());
    }
    arguments.add("--" + prefix + "region=" + s3.region());
    if (s3.pathStyleAccess()) {
      arguments.add("--" + prefix + "path-style");
    }
    if (s3.credentialsSecretRef() != null) {
      arguments.add("--" + prefix + "credentials=" + SECRETS + volume);
      secret(volume, s3.credentialsSecretRef(), volumes, mounts);
    }
    if (s3.caSecretRef() != null) {
      arguments.add("--" + prefix + "authority=" + SECRETS + volume + "-ca/ca.crt");
      secret(volume + "-ca", s3.caSecretRef(), volumes, mounts);
    }
  }

  private static void secret(
      String name, SecretRef ref, List<Volume> volumes, List<VolumeMount> mounts) {
    volumes.add(
        new VolumeBuilder()
            .withName(name)
            .withNewSecret()
            .withSecretName(ref.name())
            .endSecret()
            .build());
    mounts.add(
        new VolumeMountBuilder()
            .withName(name)
            .withMountPath(SECRETS + name)
            .withReadOnly(true)
            .build());
  }
}
