package dev.tidemark.operator.core.backup;

import java.time.Instant;

/**
 * What is known of one {@code StreamingJobBackup}.
 *
 * @param held whether its finalizer is set, so that its deletion waits for that of its data
 * @param erase whether its data is to go with it
 * @param over whether its own run has ended before and was told of
 * @param lookAsked request for another look; null for none
 * @param lookAnswered the request that was answered last; null for none
 * @param refused how the API server refused what was tried a moment ago; empty when it did not
 */
public record BackupObservation(
    Instant now,
    String name,
    boolean deleting,
    boolean held,
    boolean erase,
    Subject subject,
    boolean over,
    String lookAsked,
    String lookAnswered,
    RunSeen creation,
    RunSeen look,
    RunSeen erasure,
    String refused) {

  /** Whether the job whose checkpoint is to be copied can be asked. */
  public enum Subject {
    READY,
    /** It is being started, and what is asked for can wait: the start needs the processors. */
    STARTING,
    /** There is no job of that name. */
    JOB_MISSING,
    /** The job says nothing of where its backups are to be. */
    NOT_CONFIGURED
  }

  /** The same moment, after the API server refused something. */
  public BackupObservation afterRefusal(String message) {
    return new BackupObservation(
        now,
        name,
        deleting,
        held,
        erase,
        subject,
        over,
        lookAsked,
        lookAnswered,
        creation,
        look,
        erasure,
        message);
  }
}
