package dev.tidemark.backup;

/** Why something cannot be done: a reason for programs and a sentence for people. */
public final class BackupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What can go wrong; each is explained in {@code docs/backup.md}. */
  public enum Reason {
    /** A location is not understood, or lies in or around the checkpoint it is to back up. */
    InvalidLocation,
    /** A location holds the backups of another job, or objects that are no backups. */
    LocationInUse,
    /** There is no checkpoint, or none that is whole. */
    NothingToBackUp,
    /** The job replaces its checkpoint faster than it can be copied. */
    CheckpointMoving(true),
    /** A backup of that name is there already. */
    BackupExists,
    /** There is no such backup. */
    BackupNotFound,
    /**
     * An object of a backup is missing or is not what the manifest says; or the manifest is not.
     */
    BackupDamaged,
    /** The backup is of another job, or of another revision of it. */
    ForeignBackup,
    /** The topic no longer holds what came after the backup. */
    OffsetsExpired,
    /** Somebody else changed the owner record while a restore was under way. */
    RestoreConflict(true),
    /** A right is missing. */
    AccessDenied(true),
    /** There is no such bucket. */
    BucketNotFound(true),
    /** The store does not answer, or answers with errors. */
    StoreUnavailable(true);

    private final boolean passing;

    Reason() {
      this(false);
    }

    Reason(boolean passing) {
      this.passing = passing;
    }

    /** True when asking again may help: others can put it right. */
    public boolean passing() {
      return passing;
    }
  }

  /** With a sentence that says what happened, to which object, and what to do. */
  public BackupException(Reason reason, String sentence) {
    super(sentence);
    this.reason = reason;
  }

  /** The same, with what lies behind it. */
  public BackupException(Reason reason, String sentence, Throwable cause) {
    super(sentence, cause);
    this.reason = reason;
  }

  /** What went wrong. */
  public Reason reason() {
    return reason;
  }
}
