package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.Backup;
import dev.tidemark.crds.S3;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
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
    Mounts mounts = Mounts.forRun(spec);
    List<String> all = new ArrayList<>(arguments);
    all.add("--report=/dev/termination-log");
    reached(spec.s3(), "", Mounts.STORE, all);
    reached(backup.s3(), "backup-", Mounts.BACKUP_STORE, all);
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
        .withVolumes(mounts.volumes)
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
        .withVolumeMounts(mounts.mounts)
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  /** How a store is reached, as options; credentials are files, never arguments. */
  private static void reached(S3 s3, String prefix, String secret, List<String> arguments) {
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
      arguments.add("--" + prefix + "credentials=" + Mounts.SECRETS + secret);
    }
    if (s3.caSecretRef() != null) {
      arguments.add("--" + prefix + "authority=" + Mounts.SECRETS + secret + "-ca/ca.crt");
    }
  }
}
