package dev.tidemark.operator.kubernetes.status;

import dev.tidemark.crds.Condition;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobBackupStatus;
import dev.tidemark.crds.StreamingJobBackupStatus.Amount;
import dev.tidemark.crds.StreamingJobBackupStatus.Phase;
import dev.tidemark.crds.StreamingJobBackupStatus.Seen;
import dev.tidemark.crds.StreamingJobBackupStatus.StateCopied;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.backup.BackupDecision;
import dev.tidemark.operator.core.backup.RunProgress;
import dev.tidemark.operator.core.backup.RunReport;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The status of a backup that follows from a decision. */
public final class BackupStatus {
  private BackupStatus() {}

  /** True once its run has ended and was told of. */
  public static boolean over(StreamingJobBackup backup) {
    Phase phase = backup.getStatus() == null ? null : backup.getStatus().phase();
    return phase == Phase.Completed || phase == Phase.Failed;
  }

  /** Empty when it says already what it should. */
  public static Optional<StreamingJobBackupStatus> after(
      StreamingJobBackup backup, BackupDecision decision, Instant now) {
    StreamingJobBackupStatus old =
        backup.getStatus() == null
            ? new StreamingJobBackupStatus(
                null, null, null, null, null, null, null, null, null, null, null, null, null)
            : backup.getStatus();
    StreamingJobBackupStatus next = next(backup, old, decision, now);
    return next.equals(old) ? Optional.empty() : Optional.of(next);
  }

  private static StreamingJobBackupStatus next(
      StreamingJobBackup backup,
      StreamingJobBackupStatus old,
      BackupDecision decision,
      Instant now) {
    Instant second = now.truncatedTo(ChronoUnit.SECONDS);
    RunReport ended = decision.ended();
    RunReport.Backup made = ended == null ? null : ended.backup();
    Instant started =
        old.startedAt() == null && decision.start() == BackupDecision.Work.CREATE
            ? second
            : old.startedAt();
    Instant completed = ended == null ? old.completedAt() : second;
    return new StreamingJobBackupStatus(
        backup.getMetadata().getGeneration(),
        decision.phase() == null ? old.phase() : Phase.valueOf(decision.phase().name()),
        conditions(backup, old, decision, second),
        made == null ? old.path() : made.path(),
        started,
        completed,
        ended == null || started == null
            ? old.seconds()
            : Long.valueOf(Duration.between(started, completed).toSeconds()),
        made == null ? old.objects() : new Amount(made.objects(), made.copiedObjects()),
        made == null ? old.bytes() : new Amount(made.bytes(), made.copiedBytes()),
        made == null
            ? old.state()
            : new StateCopied(made.revision(), made.epoch(), made.batch(), made.keys()),
        made == null ? old.digest() : made.digest(),
        seen(backup, old, decision),
        progress(decision, old));
  }

  /** Where the log cannot be had for a moment, what was said before stands. */
  private static StreamingJobBackupStatus.Progress progress(
      BackupDecision decision, StreamingJobBackupStatus old) {
    RunProgress now = decision.progress();
    if (now != null) {
      return new StreamingJobBackupStatus.Progress(
          now.percent(),
          new StreamingJobBackupStatus.Done(now.allObjects(), now.objects()),
          new StreamingJobBackupStatus.Done(now.allBytes(), now.bytes()));
    }
    return decision.phase() == BackupDecision.Phase.Running ? old.progress() : null;
  }

  private static Seen seen(
      StreamingJobBackup backup, StreamingJobBackupStatus old, BackupDecision decision) {
    RunReport report = decision.looked() == null ? decision.ended() : decision.looked();
    if (report == null) {
      return old.verification();
    }
    String request =
        decision.looked() == null || backup.getSpec().verification() == null
            ? null
            : backup.getSpec().verification().requestId();
    RunReport.Looked looked = report.verification();
    if (looked == null) {
      // It could not be looked at: what was known before stands, but the request is answered.
      return request == null || old.verification() == null
          ? old.verification()
          : new Seen(
              request,
              old.verification().level(),
              old.verification().at(),
              old.verification().good());
    }
    return new Seen(
        request, looked.level(), looked.at().truncatedTo(ChronoUnit.SECONDS), looked.good());
  }

  private static List<Condition> conditions(
      StreamingJobBackup backup,
      StreamingJobBackupStatus old,
      BackupDecision decision,
      Instant now) {
    List<Condition> all = new ArrayList<>();
    Long generation = backup.getMetadata().getGeneration();
    if (decision.reason() != null) {
      Condition.Status state =
          decision.ended() == null
              ? Condition.Status.Unknown
              : decision.ended().completed() ? Condition.Status.True : Condition.Status.False;
      String reason = decision.reason();
      all.add(
          condition(
              "Complete",
              state,
              decision.ended() != null && decision.ended().completed()
                  ? Reason.BackupCompleted.name()
                  : reason,
              decision.message(),
              generation,
              old,
              now));
    } else {
      Condition.find(old.conditions(), "Complete").ifPresent(all::add);
    }
    RunReport report = decision.looked() == null ? decision.ended() : decision.looked();
    if (report != null && (report.verification() != null || decision.looked() != null)) {
      RunReport.Looked looked = report.verification();
      all.add(
          condition(
              "Verified",
              looked == null
                  ? Condition.Status.Unknown
                  : looked.good() ? Condition.Status.True : Condition.Status.False,
              looked == null
                  ? report.reason()
                  : (looked.good() ? Reason.BackupVerified : Reason.BackupDamaged).name(),
              decision.looked() == null && looked != null && looked.good()
                  ? "Looked at (" + looked.level() + ") and found good."
                  : report.message(),
              generation,
              old,
              now));
    } else {
      Condition.find(old.conditions(), "Verified").ifPresent(all::add);
    }
    return all;
  }

  private static Condition condition(
      String type,
      Condition.Status state,
      String reason,
      String message,
      Long generation,
      StreamingJobBackupStatus old,
      Instant now) {
    Instant since = Condition.since(old.conditions(), type, state, now);
    return new Condition(type, state, reason, message, since, generation);
  }
}
