package dev.tidemark.job.owner;

import dev.tidemark.job.settings.Settings;
import java.util.Optional;

/**
 * The owner record of a checkpoint path. Writes are conditional, so two runs can never both
 * succeed. Methods throw {@link dev.tidemark.job.outcome.Trouble}.
 */
public interface Ownership {
  /** The record as it is, or empty. Reads only. */
  Optional<OwnerRecord> read();

  /**
   * Refuses, without writing, a path that is not this job's: another owner's record, objects other
   * than {@code _tidemark/} and {@code r.../}, or a path above or below another job's.
   *
   * @return the record as it is, or empty
   * @throws dev.tidemark.job.outcome.Trouble {@code CheckpointInUse}, {@code OwnerRecordMissing},
   *     {@code BucketNotFound}, {@code Superseded}
   */
  Optional<OwnerRecord> check(Settings settings);

  /**
   * Says whose this path is although its record is gone: the next epoch is that job's, under a new
   * revision. To be called after {@link #check} has found no record, or has thrown {@code
   * OwnerRecordMissing}.
   */
  void adopt(String jobId, int revision);

  /**
   * Takes the next epoch: writes a record with {@code lastEpoch = max(record, atLeast) + 1}, this
   * attempt, and, when the definition's digest differs from the record's, the next revision.
   *
   * @param atLeast the ledger's epoch, 0 if there is none
   * @return the record as written
   */
  OwnerRecord takeEpoch(Settings settings, long atLeast);

  /**
   * Refuses to begin from zero where the record, as read last, says that a ledger was opened
   * before.
   *
   * @param present true when the sink's ledger holds offsets of this job
   * @param sink the sink, for the message; no secrets
   * @throws dev.tidemark.job.outcome.Trouble {@code LedgerMissing}
   */
  void requireLedger(boolean present, String sink);

  /**
   * Notes in the record that was written last that the ledger holds offsets from now on.
   *
   * @throws dev.tidemark.job.outcome.Trouble {@code Fenced} when a later run has taken the path
   */
  OwnerRecord ledgerOpened();

  /**
   * Notes in the record that was written last that the state of a revision has begun: from then on
   * it must be found. 0: the job keeps no state any more.
   *
   * @throws dev.tidemark.job.outcome.Trouble {@code Fenced} when a later run has taken the path
   */
  OwnerRecord stateBegun(int revision);

  /**
   * Writes the record that was written last once more, if there is none: somebody has deleted it
   * while its run goes on. A record that is there, whoever wrote it, stays.
   *
   * @return true when it was gone
   */
  boolean putBack();
}
