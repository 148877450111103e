package dev.tidemark.operator.core.backup;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What is known about the backups of a job.
 *
 * @param hands whether the operator may act: the job is neither paused nor being deleted
 * @param configured whether backups are asked for
 * @param scheduled whether at set times
 * @param stateful whether the job keeps state: else there is nothing to back up
 * @param begun whether the job has committed anything yet
 * @param queue whether a backup that is due waits for the one under way instead of being skipped
 * @param backups all of the job, in any order
 * @param lookSlots when the newest is to be looked at again
 * @param refused how the API server refused the backup a moment ago; null when it did not
 */
public record ScheduleObservation(
    Instant now,
    String job,
    long generation,
    boolean hands,
    boolean configured,
    boolean scheduled,
    boolean suspended,
    boolean stateful,
    boolean begun,
    boolean queue,
    Duration startingDeadline,
    Slots slots,
    Slots lookSlots,
    List<BackupSeen> backups,
    Instant lastSchedule,
    long missed,
    String refused) {

  /** The same moment, after the API server refused the backup. */
  public ScheduleObservation afterRefusal(String message) {
    return new ScheduleObservation(
        now,
        job,
        generation,
        hands,
        configured,
        scheduled,
        suspended,
        stateful,
        begun,
        queue,
        startingDeadline,
        slots,
        lookSlots,
        backups,
        lastSchedule,
        missed,
        message);
  }
}
