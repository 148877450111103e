package dev.tidemark.operator.core.backup;

import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.backup.BackupDecision.Event;
import dev.tidemark.operator.core.backup.BackupDecision.Phase;
import dev.tidemark.operator.core.backup.BackupDecision.Work;
import java.time.Duration;

/** The life of a {@code StreamingJobBackup}: made once, looked at as often as asked, deleted. */
public final class BackupRules {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration AGAIN = Duration.ofSeconds(30);

  private BackupRules() {}

  /** Decides what to do and what to say about a backup. */
  public static BackupDecision decide(BackupObservation seen) {
    if (seen.deleting()) {
      return seen.held() ? erase(seen) : BackupDecision.nothing();
    }
    if (seen.erase() != seen.held()) {
      return BackupDecision.hold(seen.erase(), null);
    }
    return seen.over() ? look(seen) : make(seen);
  }

  private static BackupDecision make(BackupObservation seen) {
    return switch (seen.creation().state()) {
      case ABSENT -> begin(seen);
      case ACTIVE ->
          seen.creation().problem() == null
              ? BackupDecision.stands(
                      Phase.Running, Reason.BackupRunning.name(), "The backup is being made.")
                  .after(seen.creation().progress())
                  .at(seen.now().plus(RunProgress.ASKED_AGAIN))
              : BackupDecision.stands(
                  Phase.Running,
                  seen.creation().problem().reason().name(),
                  "The pod that makes the backup does not start: "
                      + seen.creation().problem().message());
      case ENDED -> ended(seen.creation().report());
    };
  }

  private static BackupDecision begin(BackupObservation seen) {
    if (seen.refused() != null) {
      return BackupDecision.stands(Phase.Pending, Reason.PodRejected.name(), seen.refused())
          .at(seen.now().plus(AGAIN));
    }
    return switch (seen.subject()) {
      case READY ->
          BackupDecision.stands(
                  Phase.Running, Reason.BackupRunning.name(), "The backup is being made.")
              .starting(Work.CREATE);
      case STARTING ->
          BackupDecision.stands(
                  Phase.Pending,
                  Reason.BackupRunning.name(),
                  "It is looked at once the job's driver commits.")
              .at(seen.now().plus(SOON));
      case JOB_MISSING ->
          BackupDecision.stands(
              Phase.Pending,
              Reason.JobNotFound.name(),
              "There is no StreamingJob of the name in spec.jobRef in this namespace. The backup is made when there is.");
      case NOT_CONFIGURED ->
          BackupDecision.stands(
              Phase.Pending,
              Reason.NotConfigured.name(),
              "The job does not say where its backups are to be: set spec.backup.path of the job. The backup is made then.");
    };
  }

  private static BackupDecision ended(RunReport report) {
    if (report.completed()) {
      return BackupDecision.over(Phase.Completed, report)
          .telling(new Event(Reason.BackupCompleted.name(), said(report), false));
    }
    return BackupDecision.over(Phase.Failed, report)
        .telling(new Event(Reason.BackupFailed.name(), said(report), true));
  }

  private static String said(RunReport report) {
    return report.completed() ? report.message() : report.reason() + ": " + report.message();
  }

  /** Only asked for when the backup is made, or not to be had. */
  private static BackupDecision look(BackupObservation seen) {
    if (seen.lookAsked() == null || seen.lookAsked().equals(seen.lookAnswered())) {
      return BackupDecision.nothing();
    }
    return switch (seen.look().state()) {
      case ABSENT -> {
        if (seen.refused() != null) {
          yield BackupDecision.nothing()
              .telling(new Event(Reason.PodRejected.name(), seen.refused(), true))
              .at(seen.now().plus(AGAIN));
        }
        yield seen.subject() == BackupObservation.Subject.READY
            ? BackupDecision.nothing().starting(Work.LOOK)
            : BackupDecision.nothing().at(seen.now().plus(AGAIN));
      }
      case ACTIVE -> BackupDecision.nothing();
      case ENDED -> looked(seen.look().report());
    };
  }

  /** One that could not be looked at is not damaged for that. */
  private static BackupDecision looked(RunReport report) {
    boolean good = report.completed();
    String reason =
        good
            ? Reason.BackupVerified.name()
            : report.verification() == null ? report.reason() : Reason.BackupDamaged.name();
    return BackupDecision.looked(report).telling(new Event(reason, said(report), !good));
  }

  /** Never hangs: data that cannot be deleted is left, and people are told where. */
  private static BackupDecision erase(BackupObservation seen) {
    if (!seen.erase()) {
      return BackupDecision.hold(false, null);
    }
    if (seen.refused() != null || seen.subject() != BackupObservation.Subject.READY) {
      return left(
          seen,
          seen.refused() != null
              ? seen.refused()
              : "its job is gone or says no more where its backups are");
    }
    return switch (seen.erasure().state()) {
      case ABSENT ->
          BackupDecision.stands(
                  Phase.Deleting,
                  Reason.Deleting.name(),
                  "The data of the backup is being deleted.")
              .starting(Work.ERASE);
      case ACTIVE -> BackupDecision.nothing();
      case ENDED ->
          seen.erasure().report().completed()
              ? BackupDecision.hold(false, null)
              : left(seen, said(seen.erasure().report()));
    };
  }

  private static BackupDecision left(BackupObservation seen, String why) {
    return BackupDecision.hold(
        false,
        new Event(
            Reason.BackupDataLeft.name(),
            "The data of backup "
                + seen.name()
                + " was not deleted and stays where it is: "
                + why
                + " 'tidemark-backup forget "
                + seen.name()
                + "' deletes it.",
            true));
  }
}
