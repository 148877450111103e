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
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

/** The figures of every job for the metrics, from what the caches hold. */
final class Figures {
  private Figures() {}

  static List<JobFigures> of(StreamingJobReconciler reconciler, BackupReconciler backups) {
    Map<ResourceID, LastBackup> last = last(backups.backups());
    return reconciler.jobs().stream().map(job -> of(job, reconciler.report(job), last)).toList();
  }

  private static JobFigures of(
      StreamingJob job, StreamingJobReconciler.Report report, Map<ResourceID, LastBackup> last) {
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
            : backup(status, last.get(ResourceID.fromResource(job))));
  }

  private static BackupFigures backup(StreamingJobStatus status, LastBackup last) {
    StreamingJobStatus.BackupSeen seen = status.backup();
    return new BackupFigures(
        flag(condition(status, "BackupHealthy")),
        seen == null ? null : seen.missed(),
        last,
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

  /** The newest completed backup of each job. */
  private static Map<ResourceID, LastBackup> last(List<StreamingJobBackup> backups) {
    return backups.stream()
        .filter(Figures::completed)
        .collect(
            Collectors.toMap(
                b -> new ResourceID(b.getSpec().jobRef().name(), b.getMetadata().getNamespace()),
                b -> last(b.getStatus()),
                BinaryOperator.maxBy(Comparator.comparing(LastBackup::at))));
  }

  private static boolean completed(StreamingJobBackup backup) {
    StreamingJobBackupStatus status = backup.getStatus();
    return status != null && status.phase() == Phase.Completed && status.completedAt() != null;
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
