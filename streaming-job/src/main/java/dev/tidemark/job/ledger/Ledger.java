package dev.tidemark.job.ledger;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The driver's view of the ledger: the truth about which offsets have their results in the sink.
 * Result transactions are written elsewhere ({@code sink}); this is fencing, opening and reading.
 * Every method throws {@link dev.tidemark.job.outcome.Trouble}: a wait reason while the store is
 * away, a stop reason when it cannot heal.
 */
public interface Ledger extends AutoCloseable {
  /** Connects, so that the first question need not. */
  void connect();

  /**
   * The job that last wrote from a checkpoint path, by {@link Ledgers#owner}. Asked where the
   * path's owner record is gone, so that nobody starts from zero beside results that are there.
   * Empty when there is none, or where the ledger lies in the checkpoint path and is lost with it.
   */
  default Optional<KnownJob> known(String owner) {
    return Optional.empty();
  }

  /** The job's state, or empty when this ledger has never heard of the job. */
  Optional<LedgerState> read(String jobId);

  /**
   * Takes an epoch: ends database sessions of earlier epochs of this job, then makes {@code epoch}
   * the only one that may commit. Creates the job's row if there is none.
   *
   * @throws dev.tidemark.job.outcome.Trouble {@code Fenced} when the ledger already knows this
   *     epoch or a later one, {@code LedgerSealed} after a hand-over
   */
  LedgerState takeEpoch(String jobId, long epoch, int revision);

  /**
   * Writes the starting offset of partitions the ledger does not know yet, in one transaction,
   * before anything is read. Partitions it knows keep their offset.
   *
   * @throws dev.tidemark.job.outcome.Trouble {@code TopicRecreated} when the ledger speaks of
   *     another cluster or topic id, {@code Fenced} or {@code LedgerWentBack} when the epoch is not
   *     {@code epoch}
   */
  LedgerState open(
      String jobId,
      long epoch,
      LedgerIdentity identity,
      Map<LedgerState.Partition, Long> startingOffsets);

  /**
   * Goes on after ranges that Kafka has dropped before they were read, and notes them, in one
   * transaction. Each begins where the ledger stands.
   *
   * @throws dev.tidemark.job.outcome.Trouble {@code Fenced} or {@code LedgerWentBack} when the
   *     epoch is not {@code epoch}, {@code LedgerPermissionDenied} when there is no place to note
   *     them
   */
  LedgerState skip(String jobId, long epoch, List<Skipped> ranges);

  /**
   * Hands the job over to another ledger: ends sessions as {@link #takeEpoch} does, and from then
   * on nothing commits here. Of a ledger that is sealed already it only tells the position.
   *
   * @return empty when this ledger was never opened for the job
   * @throws dev.tidemark.job.outcome.Trouble {@code Fenced} when the ledger knows this epoch or a
   *     later one
   */
  Optional<Position> seal(String jobId, long epoch);

  /**
   * Takes an epoch and stands where a sealed ledger stood, all in one transaction. What it held
   * before, sealed, is replaced.
   *
   * @throws dev.tidemark.job.outcome.Trouble {@code Fenced} when the ledger knows this epoch or a
   *     later one
   */
  LedgerState takeOver(String jobId, long epoch, int revision, Position position);

  /** Where it is, for people. */
  String shown();

  @Override
  void close();
}
