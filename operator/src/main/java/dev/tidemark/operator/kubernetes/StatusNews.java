package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.Memory;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobStatus;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.kubernetes.status.Announcer;
import java.util.Locale;

/** What a new status shows for the first time, told once: an event each. */
final class StatusNews {
  private final Announcer announcer;
  private final BackupSchedules schedules;

  StatusNews(Announcer announcer, BackupSchedules schedules) {
    this.announcer = announcer;
    this.schedules = schedules;
  }

  /**
   * Tells what is new.
   *
   * @param job with the status of before
   * @param now the status that was written
   */
  void tell(StreamingJob job, StreamingJobStatus now) {
    refusal(job, now.operator());
    recovery(job, now.lastRecovery());
    restore(job, now.restore());
    late(job, now.state());
    skipped(job, now.skippedOffsets());
  }

  /** A refusal is the check run's verdict: told once, not at each time it is asked again. */
  private void refusal(StreamingJob job, Memory notes) {
    Memory.Refusal now = notes == null ? null : notes.refusal();
    Memory before = job.getStatus() == null ? null : job.getStatus().operator();
    Memory.Refusal known = before == null ? null : before.refusal();
    boolean news =
        now != null
            && (known == null
                || !now.generation().equals(known.generation())
                || !now.reason().equals(known.reason())
                || !now.message().equals(known.message()));
    if (news) {
      announcer.tell(
          job,
          now.reason(),
          "The check run refused generation " + now.generation() + ": " + now.message(),
          true);
    }
  }

  /**
   * A recovery is the driver's deed, but people look at the job: told once, when its status first
   * shows it.
   */
  private void recovery(StreamingJob job, StreamingJobStatus.Recovery recovery) {
    if (recovery == null
        || recovery.from() == null
        || (job.getStatus() != null && recovery.equals(job.getStatus().lastRecovery()))) {
      return;
    }
    boolean ledger = recovery.from().equals("Ledger");
    String sentence =
        String.format(
            Locale.ROOT,
            "Recovered from the %s in %.1f s after %s%s.",
            recovery.from().toLowerCase(Locale.ROOT),
            recovery.seconds() == null ? 0.0 : recovery.seconds(),
            recovery.cause() == null ? "a restart" : recovery.cause(),
            ledger ? ": it goes on exactly where the ledger ends" : "");
    announcer.tell(job, ledger ? "RecoveredFromLedger" : "Recovered", sentence, ledger);
  }

  /** A restore that ended: told once, when the status of the job first shows it. */
  private void restore(StreamingJob job, StreamingJobStatus.RestoreSeen restore) {
    if (restore == null || (job.getStatus() != null && restore.equals(job.getStatus().restore()))) {
      return;
    }
    boolean done = "Completed".equals(restore.phase());
    if (restore.safetyBackup() != null) {
      schedules.show(job, restore.safetyBackup());
    }
    announcer.tell(
        job,
        (done ? Reason.RestoreCompleted : Reason.RestoreFailed).name(),
        done
            ? "Request " + restore.requestId() + ": " + restore.message() + "."
            : "Request "
                + restore.requestId()
                + " could not be carried out, and the job is as it was: "
                + restore.reason()
                + ": "
                + restore.message(),
        !done);
  }

  /** Told when it begins, and then each time the number has doubled: it may go on for hours. */
  private void late(StreamingJob job, StreamingJobStatus.StateSeen state) {
    long now = rows(state);
    long known = job.getStatus() == null ? 0 : rows(job.getStatus().state());
    if (now > 0 && Long.numberOfLeadingZeros(now) < Long.numberOfLeadingZeros(known)) {
      announcer.tell(
          job,
          "LateRecords",
          now
              + " rows came too late for their window, or had no time, and were left out of it. If such rows should count,"
              + " aggregate.window.lateness is too small.",
          true);
    }
  }

  private static long rows(StreamingJobStatus.StateSeen state) {
    return state == null || state.lateRows() == null ? 0 : state.lateRows();
  }

  /** Records that the job will never have seen: told each time there are more. */
  private void skipped(StreamingJob job, Long offsets) {
    long known =
        job.getStatus() == null || job.getStatus().skippedOffsets() == null
            ? 0
            : job.getStatus().skippedOffsets();
    if (offsets != null && offsets > known) {
      announcer.tell(
          job,
          "RecordsSkipped",
          (offsets - known)
              + " offsets were skipped, since Kafka had dropped their records before they were read"
              + " (source.onOffsetsExpired: SkipToEarliest); the table tidemark_skipped beside the ledger says which.",
          true);
    }
  }
}
