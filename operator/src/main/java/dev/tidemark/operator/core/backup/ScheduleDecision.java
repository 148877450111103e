package dev.tidemark.operator.core.backup;

import dev.tidemark.operator.core.Verdict;
import java.time.Instant;

/**
 * What follows for the backups of a job.
 *
 * @param create the backup to make; null for none
 * @param look the backup to look at again; null for none
 * @param event what people should hear of; null for nothing
 * @param verdict the condition BackupHealthy
 * @param lastSchedule when the last one was due; null before the first
 * @param nextSchedule when the next one is due; null when none is
 * @param nextLook when the newest is looked at again; null when it is not
 * @param missed how many were not begun in time
 * @param wake when to look again; null leaves it to events
 */
public record ScheduleDecision(
    Create create,
    Look look,
    BackupDecision.Event event,
    Verdict verdict,
    Instant lastSchedule,
    Instant nextSchedule,
    Instant nextLook,
    long missed,
    Instant wake) {

  /** A backup to make; its name follows from its slot, so that making it twice makes one. */
  public record Create(String name, Instant slot) {}

  /** A look to ask for. */
  public record Look(String backup, String requestId) {}
}
