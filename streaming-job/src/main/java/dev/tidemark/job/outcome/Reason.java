package dev.tidemark.job.outcome;

/**
 * Why a run waits, fails or stops: the driver's half of {@code contract/reasons.tsv}; a test
 * compares the two. The names are part of the contract with the operator and appear in conditions.
 */
public enum Reason {
  Stopped(Kind.END),
  Accepted(Kind.END),
  InvalidSettings(Kind.STOP),
  InvalidSchema(Kind.STOP),
  InvalidFilter(Kind.STOP),
  InvalidSelect(Kind.STOP),
  InvalidAggregate(Kind.STOP),
  InvalidApplication(Kind.STOP),
  TopicNotFound(Kind.STOP, true),
  SinkTableMissing(Kind.STOP, true),
  SinkTableMismatch(Kind.STOP, true),
  SinkPermissionDenied(Kind.STOP, true),
  LedgerPermissionDenied(Kind.STOP, true),
  SinkRejectedRow(Kind.STOP, true),
  SinkInUse(Kind.STOP, true),
  StoreUnfit(Kind.STOP, true),
  BucketNotFound(Kind.STOP, true),
  CheckpointInUse(Kind.STOP),
  OwnerRecordMissing(Kind.STOP),
  CheckpointLost(Kind.STOP),
  CheckpointDamaged(Kind.STOP),
  CheckpointDiverged(Kind.STOP),
  LedgerBehindCheckpoint(Kind.STOP),
  LedgerSealed(Kind.STOP),
  LedgerUnreachable(Kind.STOP, true),
  StateDoesNotFit(Kind.STOP),
  LedgerMissing(Kind.STOP, true),
  OffsetsExpired(Kind.STOP),
  TopicRecreated(Kind.STOP),
  OffsetGap(Kind.FAILURE),
  LedgerWentBack(Kind.FAILURE),
  Superseded(Kind.STOP),
  Fenced(Kind.STOP),
  SinkUnavailable(Kind.WAIT),
  SinkAccessDenied(Kind.WAIT),
  KafkaUnavailable(Kind.WAIT),
  KafkaAccessDenied(Kind.WAIT),
  StoreUnavailable(Kind.WAIT),
  StoreAccessDenied(Kind.WAIT),
  ExecutorsPending(Kind.WAIT),
  LeaseUnavailable(Kind.WAIT),
  BatchFailed(Kind.FAILURE),
  NoProgress(Kind.FAILURE),
  LeaseLost(Kind.FAILURE),
  JvmCrashed(Kind.FAILURE),
  JvmHung(Kind.FAILURE),
  OutOfMemory(Kind.FAILURE),
  StartFailed(Kind.FAILURE),
  CrashLoop(Kind.FAILURE);

  /** What a reason asks for. */
  public enum Kind {
    /** The run ended as it was asked to. */
    END,
    /** Cannot heal by repetition: stop at once and say so. */
    STOP,
    /** A dependency is away: stay, probe, climb no rung. */
    WAIT,
    /** The run's own failure: climb the recovery ladder and count. */
    FAILURE
  }

  private final Kind kind;
  private final boolean retryable;

  Reason(Kind kind) {
    this(kind, false);
  }

  Reason(Kind kind, boolean retryable) {
    this.kind = kind;
    this.retryable = retryable;
  }

  /** What this reason asks for. */
  public Kind kind() {
    return kind;
  }

  /**
   * True where the cause may go away without a change of the spec, so trying again now and then
   * makes sense.
   */
  public boolean retryable() {
    return retryable;
  }
}
