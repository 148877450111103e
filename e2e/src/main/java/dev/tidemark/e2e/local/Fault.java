package dev.tidemark.e2e.local;

/** What can happen to a run. */
enum Fault {
  /** The JVM is killed; the supervisor starts the next. */
  JVM_KILLED,
  /** Twice, the second time while it recovers from the first. */
  KILLED_AGAIN,
  /** Asked to leave, then started as the next attempt. */
  STOPPED_AND_STARTED,
  /** Everything of the pod dies at once; the next attempt follows. */
  POD_LOST,
  /** The JVM is frozen until its successor has the epoch, then thaws. */
  ZOMBIE,
  /** Every session of the database is cut. */
  SESSIONS_CUT,
  /** The store does not answer for a while. */
  STORE_FROZEN,
  /** While the pod is away, an object of the newest state checkpoint disappears or is cut short. */
  NEWEST_STATE_DAMAGED,
  /**
   * A backup is made while the job runs; a little later the pod is lost, mostly with all of the
   * checkpoint, and the backup is put back.
   */
  CHECKPOINT_LOST_AND_RESTORED,
  /** The job gets another filter. */
  DEFINITION_CHANGED,
  /** While the job is away, the topic drops records that it has not read; it is to skip them. */
  RECORDS_EXPIRED
}
