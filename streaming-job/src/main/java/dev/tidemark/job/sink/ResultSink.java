package dev.tidemark.job.sink;

import java.util.Iterator;
import java.util.List;
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
   * A task: writes rows of a batch beside the table, where no reader sees them.
   *
   * @param batch batch time in ms
   * @param attempt Spark's task attempt id, unique in the run
   */
  Staged stage(long batch, long attempt, Iterator<InternalRow> rows);

  /**
   * Driver: makes what was staged visible and moves the ledger, in one transaction. Ranges cover
   * all partitions of the batch (possibly empty: from equals until).
   *
   * <p>Every from equals the ledger's offset: merged and moved (also when all ranges are empty but
   * rows were staged: results of time, which only an upsert can repeat). Every until at or before
   * the ledger and not all equal: already committed. Anything else: {@code OffsetGap} (a from after
   * the ledger) or {@code CheckpointDiverged} (a range that straddles it). {@code Fenced} and
   * {@code LedgerSealed} as everywhere. When the outcome of a commit is unknown the ledger is read
   * before anything else.
   *
   * @return false when the ledger already holds all of it; nothing is done then
   */
  boolean commit(long batch, List<Staged> staged, List<PartitionRange> ranges);
}
