package dev.tidemark.job.sink;

import dev.tidemark.job.expression.Malformed;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.Iterator;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Writes the rows of a stateless job: one transaction per topic-partition range that inserts the
 * rows and moves the ledger. Runs where the partition's task runs (an executor, or the driver in
 * local mode).
 */
public interface RowSink {
  /**
   * Does early what the first batch would otherwise do first: connects, and looks at the table.
   *
   * @throws dev.tidemark.job.outcome.Trouble of the sink; the first batch would meet the same
   */
  default void prepare() {}

  /**
   * Before the next range of a partition is written here: another JVM of this run may have written
   * it since this one did last.
   */
  default void takeOver(Partition partition) {}

  /**
   * Writes one range exactly once. Range wholly before the ledger: skipped; overlapping: only
   * records at or after the ledger; starting after the ledger: {@code OffsetGap}; a later epoch in
   * the ledger: {@code Fenced}; an earlier one or none: {@code LedgerWentBack}. When the outcome of
   * a commit is unknown the ledger is read before anything else.
   */
  Written write(
      PartitionRange range, Iterator<ConsumerRecord<byte[], byte[]>> records, Malformed malformed);

  /** The same, where a record on which an expression fails is an error. */
  default Written write(PartitionRange range, Iterator<ConsumerRecord<byte[], byte[]>> records) {
    return write(range, records, Malformed.STOPS);
  }
}
