package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.Backup;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobBackupSpec;
import dev.tidemark.operator.core.Outcome;
import dev.tidemark.operator.core.backup.BackupDecision.Work;
import dev.tidemark.operator.kubernetes.manifests.BackupArguments;
import dev.tidemark.operator.kubernetes.manifests.BackupJob;
import dev.tidemark.operator.kubernetes.manifests.DriverAccount;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Platform;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;

/** Starts runs. Names are the lock: one that exists and is ours has been started before. */
final class BackupRuns {
  private final KubernetesClient client;
  private final Platform platform;

  BackupRuns(KubernetesClient client, Platform platform) {
    this.client = client;
    this.platform = platform;
  }

  Outcome start(Work work, StreamingJobBackup backup, StreamingJob job) {
    return start(run(work, backup, job), job, owned(job), owned(backup));
  }

  private Job run(Work work, StreamingJobBackup backup, StreamingJob job) {
    String name = BackupJob.name(backup, work);
    if (work == Work.LOOK && backup.getSpec().verification().level() == Backup.Level.RestoreDrill) {
      return BackupJob.drill(name, backup, job, platform);
    }
    List<String> arguments =
        switch (work) {
          case CREATE -> BackupArguments.create(backup, job);
          case LOOK -> BackupArguments.look(backup, job, backup.getSpec().verification().level());
          case ERASE -> BackupArguments.erase(backup, job);
        };
    return BackupJob.of(name, backup, Labels.BACKUP, job, arguments, platform.backupImage());
  }

  /** Asks for a look; asked for before, it is the same. */
  static void ask(
      KubernetesClient client,
      String namespace,
      String name,
      String requestId,
      Backup.Level level) {
    client
        .resources(StreamingJobBackup.class)
        .inNamespace(namespace)
        .withName(name)
        .edit( // not what a cache holds
            b -> {
              StreamingJobBackupSpec s = b.getSpec();
              b.setSpec(
                  new StreamingJobBackupSpec(
                      s.jobRef(),
                      s.slot(),
                      s.mode(),
                      s.existing(),
                      s.deletionPolicy(),
                      new StreamingJobBackupSpec.Look(requestId, level)));
              return b;
            });
  }

  private Objects owned(HasMetadata owner) {
    return new Objects(client, owner, Runnable::run, made -> {});
  }

  /**
   * Starts a run.
   *
   * @param account makes what the job owns, such as the service account that a pod needs
   * @param runs makes what the owner of the run owns
   */
  static Outcome start(Job run, StreamingJob job, Objects account, Objects runs) {
    return Objects.refusable(
        "the Job " + run.getMetadata().getName(),
        () -> {
          Outcome before = account.all(DriverAccount.account(job, job.getSpec()));
          return before.done() ? runs.one(run) : before;
        });
  }
}
