package dev.tidemark.operator.core.backup;

import java.time.Instant;

/**
 * What follows for one {@code StreamingJobBackup}.
 *
 * @param start the run to start; null for none
 * @param hold true: set the finalizer; false: take it off; null: leave it
 * @param phase where the backup stands now; null: where it stood
 * @param ended the end of the run that makes it, when that is news
 * @param looked the end of another look at it, when that is news
 * @param reason of the condition Complete; null: as before
 * @param message the same as a sentence
 * @param event what people should hear of; null for nothing
 * @param wake when to look again; null leaves it to events
 * @param progress how far the run that makes it has come; null when that is not known, or over
 */
public record BackupDecision(
    Work start,
    Boolean hold,
    Phase phase,
    RunReport ended,
    RunReport looked,
    String reason,
    String message,
    Event event,
    Instant wake,
    RunProgress progress) {

  /** What a run does. */
  public enum Work {
    CREATE,
    LOOK,
    ERASE
  }

  /** Where a backup stands. */
  public enum Phase {
    Pending,
    Running,
    Completed,
    Failed,
    Deleting
  }

  /** Something people should hear of. */
  public record Event(String reason, String sentence, boolean warning) {}

  static BackupDecision nothing() {
    return new BackupDecision(null, null, null, null, null, null, null, null, null, null);
  }

  static BackupDecision stands(Phase phase, String reason, String message) {
    return new BackupDecision(null, null, phase, null, null, reason, message, null, null, null);
  }

  static BackupDecision hold(boolean held, Event event) {
    return new BackupDecision(null, held, null, null, null, null, null, event, null, null);
  }

  BackupDecision starting(Work work) {
    return new BackupDecision(
        work, hold, phase, ended, looked, reason, message, event, wake, progress);
  }

  BackupDecision telling(Event told) {
    return new BackupDecision(
        start, hold, phase, ended, looked, reason, message, told, wake, progress);
  }

  BackupDecision at(Instant again) {
    return new BackupDecision(
        start, hold, phase, ended, looked, reason, message, event, again, progress);
  }

  BackupDecision after(RunProgress so) {
    return new BackupDecision(start, hold, phase, ended, looked, reason, message, event, wake, so);
  }

  static BackupDecision over(Phase phase, RunReport report) {
    return new BackupDecision(
        null, null, phase, report, null, report.reason(), report.message(), null, null, null);
  }

  static BackupDecision looked(RunReport report) {
    return new BackupDecision(null, null, null, null, report, null, null, null, null, null);
  }
}
