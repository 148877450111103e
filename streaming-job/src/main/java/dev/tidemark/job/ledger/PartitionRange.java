package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Records {@code from} (inclusive) to {@code until} (exclusive) of one partition. */
public record PartitionRange(Partition partition, long from, long until) implements Serializable {

  /** What of it lies at or after an offset; empty when nothing does. */
  public PartitionRange after(long offset) {
    long begin = Math.max(from, offset);
    return new PartitionRange(partition, begin, Math.max(begin, until));
  }

  /** Where the ledger stands after these ranges. */
  public static Map<Partition, Long> ends(List<PartitionRange> ranges) {
    return ranges.stream()
        .collect(Collectors.toMap(PartitionRange::partition, PartitionRange::until));
  }
}
