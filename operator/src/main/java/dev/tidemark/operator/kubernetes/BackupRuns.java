package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.operator.core.Outcome;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.backup.BackupDecision.Work;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Starts runs. Names are the lock: one that exists and is ours has been started before. */
final class BackupRuns {
  private static final int LONGEST_STEM = 40;
  private static final int HASH = 10;

  private final KubernetesClient client;
  private final Platform platform;
  private final Consumer<HasMetadata> created;

  /** {@code created} is told of every run made, so that the caches know at once. */
  BackupRuns(KubernetesClient client, Platform platform, Consumer<HasMetadata> created) {
    this.created = created;
    this.client = client;
    this.platform = platform;
  }

  /** What the names of all runs of a backup begin with. */
  static String stem(StreamingJobBackup backup) {
    String name = backup.getMetadata().getName();
    return name.length() <= LONGEST_STEM ? name : name.substring(0, LONGEST_STEM);
  }

  /** Name of a run: of a look, one per request. */
  static String name(StreamingJobBackup backup, Work work) {
    String name = backup.getMetadata().getName();
    return switch (work) {
      case CREATE -> name;
      case LOOK ->
          stem(backup) + "-look-" + hash(name, backup.getSpec().verification().requestId());
      case ERASE -> stem(backup) + "-erase-" + hash(name, "");
    };
  }

  static String hash(String... parts) {
    return Digest.shortened(Digest.of(Json.of(List.of(parts))), HASH).toLowerCase(Locale.ROOT);
  }

  Outcome start(Work work, StreamingJobBackup backup, StreamingJob job) {
    List<String> arguments =
        switch (work) {
          case CREATE -> BackupArguments.create(backup, job);
          case LOOK -> BackupArguments.look(backup, job, backup.getSpec().verification().level());
          case ERASE -> BackupArguments.erase(backup, job);
        };
    return start(
        BackupJob.of(
            name(backup, work), backup, Labels.BACKUP, job, arguments, platform.backupImage()),
        backup,
        job);
  }

  /**
   * Starts a run; refused with a sentence when the API server, or an object in the way, says no.
   */
  Outcome start(Job run, HasMetadata owner, StreamingJob job) {
    try {
      for (HasMetadata needed : DriverAccount.account(job, job.getSpec())) {
        if (client.resource(needed).get() == null) {
          client.resource(needed).create();
        }
      }
      created.accept(client.resource(run).create());
      return Outcome.DONE;
    } catch (KubernetesClientException e) {
      if (e.getCode() < 400) {
        throw e; // nobody answered: that is for the retry of the whole reconciliation
      }
      Job there = e.getCode() == 409 ? client.resource(run).get() : null;
      if (there != null && Owner.is(there, owner.getMetadata().getUid())) {
        return Outcome.DONE;
      }
      String message =
          e.getStatus() != null && e.getStatus().getMessage() != null
              ? e.getStatus().getMessage()
              : e.getMessage();
      return Outcome.refused(
          Reason.PodRejected,
          "The API server refused the Job "
              + run.getMetadata().getName()
              + " ("
              + e.getCode()
              + "): "
              + message);
    }
  }
}
