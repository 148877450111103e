package dev.tidemark.job.sink;

import dev.tidemark.job.ledger.Claim;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.InternalRow;

/**
 * Results of whole batches: tasks stage them, the driver makes them visible together with the
 * ledger's new offsets. Batches come one after the other: nothing of the next is staged before the
 * commit of the one before has returned. Every method throws {@link
 * dev.tidemark.job.outcome.Trouble}.
 */
public interface ResultSink {
  /**
   * Driver, once per run before its first batch: checks table and key, makes this epoch's staging
   * table, drops those of earlier epochs of this job.
   */
  void open();

  /**
   * Driver, before anything of a batch is staged: what is to be staged and committed next. That is
   * the batch, where results and offsets become visible in one step. A sink that cannot do that
   * notes here what it is about to write; and what an earlier run has noted and not finished comes
   * first, with exactly its ranges.
   *
   * @param batch batch time in ms
   * @param ranges of all partitions, possibly empty
   * @return empty when the ledger already holds all of it
   */
  default Optional<Claim> claim(long batch, List<PartitionRange> ranges) {
    return Optional.of(new Claim(batch, ranges));
  }

  /**
   * A task: writes rows of a batch where no reader takes them for results yet.
   *
   * @param batch the claim's number
   */
  Staged stage(long batch, Part part, Iterator<InternalRow> rows);

  /**
   * Driver: makes what was staged of a claim visible and moves the ledger, in one transaction.
   * Ranges cover all partitions of the batch (possibly empty: from equals until).
   *
   * <p>Every from equals the ledger's offset: merged and moved (also when all ranges are empty but
   * rows were staged: results of time, which only an upsert can repeat). Every until at or before
   * the ledger and not all equal: already committed. Anything else: {@code OffsetGap} (a from after
   * the ledger) or {@code CheckpointDiverged} (a range that straddles it). {@code Fenced}, {@code
   * LedgerWentBack} and {@code LedgerSealed} as everywhere. When the outcome of a commit is unknown
   * the ledger is read before anything else.
   *
   * @return false when the ledger already holds all of it; nothing is done then
   */
  boolean commit(long batch, List<Staged> staged, List<PartitionRange> ranges);
}
