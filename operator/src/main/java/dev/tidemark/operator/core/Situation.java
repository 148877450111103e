package dev.tidemark.operator.core;

/** Where a job stands, told from the observation alone. Every switch over it names every case. */
public enum Situation {
  /** Being deleted. */
  DELETING,
  /** Drivers of a deleted job of the same name are still there. */
  PREDECESSOR,
  /** More than one live driver: must not be, and is mended. */
  CROWDED,
  /** A driver should be gone and its node does not answer: neither running nor gone. */
  LOST,
  /** The driver is on its way out. */
  STOPPING,
  /** A driver is there and should not: the job is suspended. */
  UNWANTED,
  /** A driver is there, made from another spec than the one wanted. */
  OUTDATED,
  /** As OUTDATED, but the API server would not take the pod that is to replace it. */
  ROLL_REFUSED,
  /** The kubelet delays restarting the driver's container. */
  CRASH_LOOPING,
  /** The driver has not committed or does not now. */
  STARTING,
  /** The driver commits. */
  RUNNING,
  /** No driver: a backup is put in the place of the checkpoint. */
  RESTORING,
  /**
   * No driver: the job was to begin with a backup, which could not be had. It does not begin
   * without.
   */
  UNRESTORED,
  /** No driver, and none wanted. */
  SUSPENDED,
  /** No driver, and no accepted definition to start one from. */
  UNJUDGED,
  /** The last driver ended for a reason repetition does not remove. */
  HELD,
  /** Too many failures in a row. */
  EXHAUSTED,
  /** Waiting until the next start is due. */
  BACKING_OFF,
  /** The API server refused a pod; waiting to ask again. */
  REJECTED,
  /** No driver is seen, but only the cache says so. */
  RUMOUR,
  /** A driver is to be started now. */
  DUE;

  /** True where a driver pod is there. */
  public boolean driverThere() {
    return switch (this) {
      case CROWDED,
          LOST,
          STOPPING,
          UNWANTED,
          OUTDATED,
          ROLL_REFUSED,
          CRASH_LOOPING,
          STARTING,
          RUNNING ->
          true;
      case DELETING,
          PREDECESSOR,
          RESTORING,
          UNRESTORED,
          SUSPENDED,
          UNJUDGED,
          HELD,
          EXHAUSTED,
          BACKING_OFF,
          REJECTED,
          RUMOUR,
          DUE ->
          false;
    };
  }
}
