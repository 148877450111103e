package dev.tidemark.operator.core;

import dev.tidemark.operator.core.backup.RunSeen;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What is known at one moment.
 *
 * @param defaultImage image of a job that names none and never ran
 * @param drivers driver pods, but for those that wait for their turn
 * @param successors the job's own driver pods that wait for their turn, and those that ended before
 * @param confirmed {@code drivers} was read from the API server itself: a pod that is not in it
 *     does not exist
 * @param highestAttempt highest attempt number on any object of this name, of this job or a deleted
 *     one
 * @param leaseThere the Lease the driver reports in exists and is this job's
 * @param turn the attempt that waited last and was told to begin; 0 for none
 * @param progress the driver's last report; null when there is none
 * @param restores runs of restores
 * @param refused how the API server refused what was tried a moment ago; null when it did not
 */
public record Observation(
    Instant now,
    JobRef job,
    boolean deleting,
    Wanted wanted,
    Memory memory,
    String defaultImage,
    List<DriverSeen> drivers,
    List<SuccessorSeen> successors,
    boolean confirmed,
    List<CheckSeen> checks,
    List<Recorded> recorded,
    int highestAttempt,
    boolean leaseThere,
    int turn,
    ProgressSeen progress,
    List<RestoreSeen> restores,
    Outcome refused) {

  /** The same moment, after the API server refused something. */
  public Observation afterRefusal(Outcome outcome) {
    return new Observation(
        now,
        job,
        deleting,
        wanted,
        memory,
        defaultImage,
        drivers,
        successors,
        confirmed,
        checks,
        recorded,
        highestAttempt,
        leaseThere,
        turn,
        progress,
        restores,
        outcome);
  }

  /** The job's own driver pod of an attempt. */
  Optional<DriverSeen> driver(int attempt) {
    return drivers.stream().filter(d -> d.ours() && d.attempt() == attempt).findFirst();
  }

  /** The run of a restore. */
  RunSeen restore(String requestId) {
    return restores.stream()
        .filter(r -> r.requestId().equals(requestId))
        .map(RestoreSeen::run)
        .findFirst()
        .orElse(RunSeen.ABSENT);
  }

  /** The driver's report, if it is about this attempt. */
  Optional<ProgressSeen> progress(int attempt) {
    return Optional.ofNullable(progress).filter(p -> p.attempt() == attempt);
  }
}
