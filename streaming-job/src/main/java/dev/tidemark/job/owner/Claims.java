package dev.tidemark.job.owner;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;

/**
 * The rules of ownership, without any store: who may take a path, and what the record says
 * afterwards.
 */
final class Claims {

  static final int CONTRACT = 1;

  private Claims() {}

  /**
   * Refuses a record that is not this run's to take.
   *
   * @throws Trouble {@code CheckpointInUse} or {@code Superseded}
   */
  static void require(OwnerRecord record, Settings settings, CheckpointPath path) {
    Settings.Job job = settings.job();
    if (record.contract() > CONTRACT) {
      throw new Trouble(
          Reason.CheckpointInUse,
          "the owner record of "
              + path
              + " was written by a newer version of Tidemark (contract "
              + record.contract()
              + "); run the job with that version's image");
    }
    boolean mine =
        record.cluster().equals(job.cluster())
            && record.namespace().equals(job.namespace())
            && record.name().equals(job.name());
    if (!mine) {
      throw new Trouble(
          Reason.CheckpointInUse,
          "the checkpoint path "
              + path
              + " belongs to "
              + shown(record)
              + (record.cluster().equals(job.cluster())
                  ? ""
                  : " of another cluster (" + record.cluster() + ")")
              + "; choose another checkpoint.path. Only if that job is gone for good: delete everything under "
              + path);
    }
    boolean sameObject = record.uid().equals(job.uid());
    boolean older =
        sameObject
            ? settings.attempt() < record.attempt()
            : job.createdAt().isBefore(record.createdAt());
    if (older) {
      throw new Trouble(
          Reason.Superseded,
          (sameObject
                  ? "a newer attempt of this job owns the checkpoint path "
                  : "a job created later under the same name owns the checkpoint path ")
              + path
              + ": the record's attempt is "
              + record.attempt()
              + ", this run's is "
              + settings.attempt());
    }
  }

  /**
   * Refuses to begin from zero: a job whose ledger held offsets must not start where there is none.
   *
   * @throws Trouble {@code LedgerMissing}
   */
  static void requireLedger(OwnerRecord record, boolean present, String sink, CheckpointPath path) {
    if (record != null && record.ledgerOpened() && !present) {
      throw new Trouble(
          Reason.LedgerMissing,
          shown(record)
              + " has written results before, but "
              + sink
              + " holds no ledger of it, so nobody can say where to go on. Point the sink to the former database and"
              + " schema, or put the tables tidemark_jobs and tidemark_offsets back; to begin anew from the topic's start,"
              + " use another checkpoint.path than "
              + path);
    }
  }

  /** A job as a person knows it. */
  static String shown(OwnerRecord record) {
    return "job " + record.namespace() + "/" + record.name();
  }

  /** The record of a path that nobody has; the job may have had another one before. */
  static OwnerRecord first(Settings settings, long atLeast, S3Ownership.Adopted known) {
    return record(settings, known.jobId(), known.revision() + 1, atLeast + 1, null);
  }

  /** The record a run writes to take its epoch. */
  static OwnerRecord next(OwnerRecord before, Settings settings, long atLeast) {
    boolean sameDefinition = before.definitionDigest().equals(settings.definitionDigest());
    return record(
        settings,
        before.jobId(),
        sameDefinition ? before.revision() : before.revision() + 1,
        Math.max(before.lastEpoch(), atLeast) + 1,
        before);
  }

  private static OwnerRecord record(
      Settings settings, String jobId, int revision, long epoch, OwnerRecord before) {
    Settings.Job job = settings.job();
    return new OwnerRecord(
        CONTRACT,
        jobId,
        job.cluster(),
        job.namespace(),
        job.name(),
        job.uid(),
        job.createdAt(),
        settings.attempt(),
        revision,
        settings.definitionDigest(),
        epoch,
        before == null ? 0 : before.floorEpoch(),
        before == null ? null : before.lastRestoreId(),
        before != null && before.ledgerOpened(),
        before == null ? 0 : before.stateRevision(),
        before == null ? null : before.restoreIds(),
        before == null ? null : before.keepReplacedUntil(),
        before == null ? null : before.clonedFrom());
  }
}
