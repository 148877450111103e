package dev.tidemark.operator;

import dev.tidemark.crds.Condition;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobBackupStatus;
import dev.tidemark.crds.StreamingJobBackupStatus.Phase;
import dev.tidemark.crds.StreamingJobStatus;
import dev.tidemark.operator.kubernetes.BackupReconciler;
import dev.tidemark.operator.kubernetes.StreamingJobReconciler;
import dev.tidemark.operator.ops.JobMetrics.BackupFigures;
import dev.tidemark.operator.ops.JobMetrics.JobFigures;
import dev.tidemark.operator.ops.JobMetrics.LastBackup;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The figures of every job for the metrics, from what the caches hold. */
final class Figures {
  private Figures() {}

  static List<JobFigures> of(StreamingJobReconciler reconciler, BackupReconciler backups) {
    List<StreamingJobBackup> all = backups.backups();
    return reconciler.jobs().stream().map(job -> of(job, reconciler.report(job), all)).toList();
  }

  private static JobFigures of(
      StreamingJob job, StreamingJobReconciler.Report report, List<StreamingJobBackup> backups) {
    StreamingJobStatus status = job.getStatus();
    return new JobFigures(
        job.getMetadata().getNamespace(),
        job.getMetadata().getName(),
        condition(status, "Ready").map(c -> c == Condition.Status.True).orElse(false),
        status == null || status.phase() == null ? "Pending" : status.phase().name(),
        report.lag(),
        status == null ? null : status.restarts(),
        status == null ? null : status.epoch(),
        status == null || status.skippedOffsets() == null ? 0L : status.skippedOffsets(),
        report.checkpointAt(),
        report.lastCommitAt(),
        job.getSpec().backup() == null || status == null
            ? BackupFigures.NONE
            : backup(job, status, backups));
  }

  private static BackupFigures backup(
      StreamingJob job, StreamingJobStatus status, List<StreamingJobBackup> backups) {
    StreamingJobStatus.BackupSeen seen = status.backup();
    return new BackupFigures(
        flag(condition(status, "BackupHealthy")),
        seen == null ? null : seen.missed(),
        last(job, backups),
        seen == null || seen.lastProven() == null ? null : seen.lastProven().time(),
        flag(condition(status, "RestoreCompleted")));
  }

  private static Integer flag(Optional<Condition.Status> status) {
    return status
        .filter(s -> s != Condition.Status.Unknown)
        .map(s -> s == Condition.Status.True ? 1 : 0)
        .orElse(null);
  }

  private static Optional<Condition.Status> condition(StreamingJobStatus status, String type) {
    return status == null
        ? Optional.empty()
        : Condition.find(status.conditions(), type).map(Condition::status);
  }

  private static LastBackup last(StreamingJob job, List<StreamingJobBackup> backups) {
    return backups.stream()
        .filter(
            b ->
                b.getSpec().jobRef().name().equals(job.getMetadata().getName())
                    && b.getMetadata().getNamespace().equals(job.getMetadata().getNamespace()))
        .map(StreamingJobBackup::getStatus)
        .filter(s -> s != null && s.phase() == Phase.Completed && s.completedAt() != null)
        .max(Comparator.comparing(StreamingJobBackupStatus::completedAt))
        .map(Figures::last)
        .orElse(null);
  }

  private static LastBackup last(StreamingJobBackupStatus status) {
    Instant at = Objects.requireNonNull(status.completedAt());
    StreamingJobBackupStatus.Amount objects = status.objects();
    StreamingJobBackupStatus.Amount bytes = status.bytes();
    return new LastBackup(
        at,
        status.seconds(),
        objects == null ? null : objects.total(),
        objects == null ? null : objects.copied(),
        bytes == null ? null : bytes.total(),
        bytes == null ? null : bytes.copied());
  }
}
