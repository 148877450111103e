package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobStatus;
import dev.tidemark.crds.StreamingJobStatus.Phase;
import dev.tidemark.operator.core.backup.BackupObservation.Subject;
import dev.tidemark.operator.kubernetes.manifests.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The job a backup is of, as far as the backup depends on it. */
final class BackupSubject {
  /** How long the look at a backup that exists makes way for a driver that starts. */
  private static final Duration START_GOES_FIRST = Duration.ofMinutes(1);

  private BackupSubject() {}

  static Subject of(StreamingJobBackup backup, Optional<StreamingJob> job, Instant now) {
    if (job.isEmpty()) {
      return Subject.JOB_MISSING;
    }
    if (job.get().getSpec().backup() == null) {
      return Subject.NOT_CONFIGURED;
    }
    return Boolean.TRUE.equals(backup.getSpec().existing())
            && starting(job.get().getStatus())
            && now.isBefore(made(backup, now).plus(START_GOES_FIRST))
        ? Subject.STARTING
        : Subject.READY;
  }

  private static boolean starting(StreamingJobStatus status) {
    return status != null
        && (status.phase() == Phase.Starting || status.phase() == Phase.Recovering);
  }

  private static Instant made(StreamingJobBackup backup, Instant otherwise) {
    Instant made = Json.instant(backup.getMetadata().getCreationTimestamp());
    return made == null ? otherwise : made;
  }
}
