package dev.tidemark.operator.kubernetes.manifests;

import dev.tidemark.crds.Backup;
import dev.tidemark.crds.S3;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.operator.core.RestorePlan;
import dev.tidemark.operator.core.backup.BackupDecision.Work;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRule;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyRuleBuilder;
import java.util.ArrayList;
import java.util.List;

/**
 * The Kubernetes Job that runs {@code tidemark-backup} in the namespace of a job, with the job's
 * own credentials: the operator has none. What cannot be put right by another try (exit code 1 or
 * 2) is not tried again.
 */
public final class BackupJob {
  public static final String CONTAINER = "backup";
  public static final String FETCH = "fetch";

  private static final int KEPT_SECONDS = 24 * 3600;

  /**
   * Asks for next to no CPU (10m), and has no limit: it may have what is idle, and where the job's
   * driver wants the same core, the driver gets it. Measured on two cores: with 100m a batch beside
   * a backup took 1.8 times as long, with 10m 1.1 times (docs/guarantees.md).
   */
  private static final double CORES = 0.04;

  private static final int LONGEST_STEM = 40;

  private BackupJob() {}

  /** What the names of all runs of a backup begin with. */
  public static String stem(StreamingJobBackup backup) {
    String name = backup.getMetadata().getName();
    return name.length() <= LONGEST_STEM ? name : name.substring(0, LONGEST_STEM);
  }

  /** Name of a run: of a look, one per request. */
  public static String name(StreamingJobBackup backup, Work work) {
    String name = backup.getMetadata().getName();
    return switch (work) {
      case CREATE -> name;
      case LOOK ->
          stem(backup)
              + "-look-"
              + Digest.ofNames(name, backup.getSpec().verification().requestId());
      case ERASE -> stem(backup) + "-erase-" + Digest.ofNames(name, "");
    };
  }

  /**
   * A run.
   *
   * @param owner what is deleted takes the run with it
   * @param component which kind of run, so that whoever waits for it finds it
   * @param arguments of the command, without those that say how the stores are reached
   */
  public static Job of(
      String name,
      HasMetadata owner,
      String component,
      StreamingJob job,
      List<String> arguments,
      String image) {
    Mounts mounts = Mounts.forRun(job.getSpec());
    Container command = command(CONTAINER, job.getSpec(), arguments, image, mounts);
    return run(name, owner, component, job, List.of(), command, mounts);
  }

  /** A restore, one run per request; the location is where its backups are. */
  public static Job restore(
      StreamingJob job, RestorePlan plan, String location, Platform platform) {
    List<String> arguments = BackupArguments.restore(job, plan, platform.cluster(), location);
    String name = job.getMetadata().getName() + "-restore-" + Digest.ofNames(plan.requestId());
    Job run = of(name, job, Labels.RESTORE, job, arguments, platform.backupImage());
    run.getMetadata().setAnnotations(Labels.restore(plan.requestId()));
    return run;
  }

  /**
   * A look at a backup for which the job's own image reads it: one container fetches it, the next
   * reads it, the last notes what was found.
   */
  public static Job drill(
      String name, StreamingJobBackup backup, StreamingJob job, Platform platform) {
    StreamingJobSpec spec = job.getSpec();
    Mounts mounts = Mounts.forDrill(spec);
    String place = Mounts.DRILL + "/checkpoint";
    List<String> export = BackupArguments.export(backup, job, place);
    List<String> look = BackupArguments.drilled(backup, job, place);
    Container fetch = command(FETCH, spec, export, platform.backupImage(), mounts);
    Container read =
        new ContainerBuilder()
            .withName("drill")
            .withImage(platform.imageOf(job))
            .withImagePullPolicy(spec.imagePullPolicy().name())
            .withArgs("drill", place)
            .addNewEnv()
            .withName("TIDEMARK_JAVA_OPTS")
            .withValue("-Xmx" + Durations.mebibytes(spec.driver().memory()) + "m")
            .endEnv()
            .withResources(Sizes.of(spec.driver().cores(), spec.driver().memory()))
            .withSecurityContext(Restricted.container())
            .withVolumeMounts(mounts.scratch())
            .build();
    Container note = command(CONTAINER, spec, look, platform.backupImage(), mounts);
    return run(name, backup, Labels.BACKUP, job, List.of(fetch, read), note, mounts);
  }

  private static Job run(
      String name,
      HasMetadata owner,
      String component,
      StreamingJob job,
      List<Container> before,
      Container last,
      Mounts mounts) {
    StreamingJobSpec spec = job.getSpec();
    Backup backup = spec.backup();
    List<PodFailurePolicyRule> rules = new ArrayList<>();
    rules.add(refusals(CONTAINER));
    if (!before.isEmpty()) {
      rules.add(refusals(FETCH));
    }
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
        .withRules(rules)
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
        .withInitContainers(before)
        .withContainers(last)
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }

  /** What cannot be put right by another try of that container ends the run. */
  private static PodFailurePolicyRule refusals(String container) {
    return new PodFailurePolicyRuleBuilder()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(container)
        .withOperator("In")
        .withValues(1, 2)
        .endOnExitCodes()
        .build();
  }

  private static Container command(
      String name, StreamingJobSpec spec, List<String> arguments, String image, Mounts mounts) {
    Backup backup = spec.backup();
    List<String> all = new ArrayList<>(arguments);
    all.add("--report=/dev/termination-log");
    reached(spec.s3(), "", Mounts.STORE, all);
    reached(backup.s3(), "backup-", Mounts.BACKUP_STORE, all);
    return new ContainerBuilder()
        .withName(name)
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
