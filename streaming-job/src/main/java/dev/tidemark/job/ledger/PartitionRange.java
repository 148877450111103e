package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.io.Serializable;

/** Records {@code from} (inclusive) to {@code until} (exclusive) of one partition. */
public record PartitionRange(Partition partition, long from, long until) implements Serializable {

  /** What of it lies at or after an offset; empty when nothing does. */
  public PartitionRange after(long offset) {
    long begin = Math.max(from, offset);
    return new PartitionRange(partition, begin, Math.max(begin, until));
  }
}
