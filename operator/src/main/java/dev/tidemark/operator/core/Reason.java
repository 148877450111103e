package dev.tidemark.operator.core;

/**
 * Every reason a condition or an event may carry. The first part is the driver's and comes from
 * {@code contract/reasons.tsv} (a test compares the two); the second part is the operator's own.
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
  TopicNotFound(Kind.STOP),
  SinkTableMissing(Kind.STOP),
  SinkTableMismatch(Kind.STOP),
  SinkPermissionDenied(Kind.STOP),
  LedgerPermissionDenied(Kind.STOP),
  SinkRejectedRow(Kind.STOP),
  SinkInUse(Kind.STOP),
  StoreUnfit(Kind.STOP),
  BucketNotFound(Kind.STOP),
  CheckpointInUse(Kind.STOP),
  OwnerRecordMissing(Kind.STOP),
  CheckpointLost(Kind.STOP),
  CheckpointDamaged(Kind.STOP),
  CheckpointDiverged(Kind.STOP),
  LedgerBehindCheckpoint(Kind.STOP),
  LedgerSealed(Kind.STOP),
  LedgerUnreachable(Kind.STOP),
  StateDoesNotFit(Kind.STOP),
  LedgerMissing(Kind.STOP),
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
  CrashLoop(Kind.FAILURE),

  /** The driver commits batches. */
  Committing(Kind.OPERATOR),
  /** The driver runs and has nothing to do. */
  Idle(Kind.OPERATOR),
  /** A driver pod is being started. */
  Starting(Kind.OPERATOR),
  /** A driver pod is being started after the one before was lost. */
  Recovering(Kind.OPERATOR),
  /** The new definition is judged by a check run. */
  Checking(Kind.OPERATOR),
  /** A check run ended without a verdict. */
  CheckFailed(Kind.OPERATOR),
  /** The revision before goes on while the new definition is judged, or because it was refused. */
  PreviousRevisionRunning(Kind.OPERATOR),
  /** The next driver waits until the former one is gone. */
  WaitingForDriver(Kind.OPERATOR),
  /** Drivers of a deleted job of the same name are still there. */
  WaitingForPredecessor(Kind.OPERATOR),
  /** The next start waits after failures. */
  BackingOff(Kind.OPERATOR),
  /**
   * More failures in a row than {@code restart.limit}, or any with {@code restart.policy: Never}.
   */
  RestartLimitReached(Kind.OPERATOR),
  /** Somebody deleted the driver pod. */
  DriverPodDeleted(Kind.OPERATOR),
  /** The kubelet ended the driver pod: eviction, node shutdown, preemption. */
  DriverPodEvicted(Kind.OPERATOR),
  /** The definition changed: the driver is replaced. */
  DefinitionChanged(Kind.OPERATOR),
  /** Settings outside the definition changed: the driver is replaced. */
  SettingsChanged(Kind.OPERATOR),
  /** {@code restartNonce} changed: the driver is replaced. */
  RestartRequested(Kind.OPERATOR),
  /** {@code suspend} is true. */
  Suspended(Kind.OPERATOR),
  /** The annotation {@code tidemark.dev/paused} is set: the operator keeps its hands off. */
  Paused(Kind.OPERATOR),
  /** The driver runs, but its last commit is too long ago. */
  NoRecentCommit(Kind.OPERATOR),
  /** The driver does not report: its Lease is stale. */
  DriverSilent(Kind.OPERATOR),
  /** The node of the driver pod does not answer. */
  NodeLost(Kind.OPERATOR),
  /** An image cannot be pulled. */
  ImagePullFailed(Kind.OPERATOR),
  /** No node takes the pod. */
  Unschedulable(Kind.OPERATOR),
  /** A Secret or ConfigMap the pod mounts does not exist. */
  SecretMissing(Kind.OPERATOR),
  /** The container cannot be created or started. */
  ContainerFailed(Kind.OPERATOR),
  /** The API server refused to create an object: quota, admission, template. */
  PodRejected(Kind.OPERATOR),
  /** The driver pod that was to take over cannot start; the one before it runs on. */
  SuccessorFailed(Kind.OPERATOR),
  /** An object of the name needed belongs to somebody else. */
  NameCollision(Kind.OPERATOR),
  /** Something went wrong in talking to the API server. */
  ApiServerError(Kind.OPERATOR),
  /** The checkpoint is written as often as it should be. */
  CheckpointWritten(Kind.OPERATOR),
  /** The newest checkpoint is older than ten intervals. */
  CheckpointBehind(Kind.OPERATOR),
  /** No checkpoint was reported yet. */
  NoCheckpointYet(Kind.OPERATOR),
  /** No backup is asked for. */
  NotConfigured(Kind.OPERATOR),
  /** The schedule of backups cannot be read. */
  InvalidSchedule(Kind.OPERATOR),
  /** The job keeps no state that could be backed up. */
  NothingToBackUp(Kind.OPERATOR),
  /** There is no backup yet. */
  NoBackupYet(Kind.OPERATOR),
  /** A scheduled backup is due. */
  BackupStarted(Kind.OPERATOR),
  /** A scheduled backup is skipped: another one is still being made. */
  BackupSkipped(Kind.OPERATOR),
  /** A backup is being made. */
  BackupRunning(Kind.OPERATOR),
  /** A backup is made and was found good. */
  BackupCompleted(Kind.OPERATOR),
  /** A backup could not be made. */
  BackupFailed(Kind.OPERATOR),
  /** The newest backup is good and recent. */
  BackupCurrent(Kind.OPERATOR),
  /** Backups are not made when they should be. */
  BackupMissed(Kind.OPERATOR),
  /** A look at a backup found it good. */
  BackupVerified(Kind.OPERATOR),
  /** A look at a backup found that it is not whole. */
  BackupDamaged(Kind.OPERATOR),
  /** The data of a deleted backup could not be deleted. */
  BackupDataLeft(Kind.OPERATOR),
  /** A backup is put in the place of the checkpoint. */
  Restoring(Kind.OPERATOR),
  /** A backup is the checkpoint of the job now. */
  RestoreCompleted(Kind.OPERATOR),
  /** A backup could not be put in the place of the checkpoint. */
  RestoreFailed(Kind.OPERATOR),
  /** There is no job of the name that a backup refers to. */
  JobNotFound(Kind.OPERATOR),
  /** A run took longer than it may. */
  DeadlineExceeded(Kind.OPERATOR),
  /** A run ended without telling how. */
  RunSilent(Kind.OPERATOR),
  /** The job is being deleted. */
  Deleting(Kind.OPERATOR);

  /** What a reason asks for. */
  public enum Kind {
    /** The run ended as it was asked to. */
    END,
    /** Repetition does not help. */
    STOP,
    /** A dependency is away. */
    WAIT,
    /** The run's own failure: count and try again. */
    FAILURE,
    /** Made by the operator. */
    OPERATOR
  }

  private final Kind kind;

  Reason(Kind kind) {
    this.kind = kind;
  }

  /** What this reason asks for. */
  public Kind kind() {
    return kind;
  }

  /**
   * What a reason asks for that a driver wrote; one this operator does not know is a failure like
   * any other.
   */
  public static Kind kindOf(String name) {
    for (Reason reason : values()) {
      if (reason.name().equals(name)) {
        return reason.kind;
      }
    }
    return Kind.FAILURE;
  }
}
