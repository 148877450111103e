package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.List;
import java.util.Map;

/**
 * The one rule of whole batches: the ledger has all of a batch before it, or all of it behind it.
 */
public final class DueRule {
  private DueRule() {}

  /**
   * Whether a batch is the next one.
   *
   * @param until the ledger
   * @return false when the ledger already holds all of it
   * @throws Trouble {@code OffsetGap}, {@code CheckpointDiverged}
   */
  public static boolean isDue(List<PartitionRange> ranges, Map<Partition, Long> until) {
    boolean due = true;
    boolean done = true;
    for (PartitionRange range : ranges) {
      long at = at(until, range.partition());
      due &= range.from() == at;
      done &= range.until() <= at;
    }
    if (!due && !done) {
      refuse(ranges, until);
    }
    return due;
  }

  private static long at(Map<Partition, Long> until, Partition partition) {
    Long at = until.get(partition);
    if (at == null) {
      throw new Trouble(
          Reason.OffsetGap,
          "the ledger has no row of partition "
              + partition
              + "; nothing is written before it is opened");
    }
    return at;
  }

  private static void refuse(List<PartitionRange> ranges, Map<Partition, Long> until) {
    PartitionRange other = null;
    for (PartitionRange range : ranges) {
      long at = until.get(range.partition());
      if (range.from() > at) {
        throw OffsetGap.of(range, at);
      }
      boolean straddles = range.from() < at && at < range.until();
      other = straddles || (other == null && range.from() != at) ? range : other;
    }
    throw new Trouble(
        Reason.CheckpointDiverged,
        "the batch has the offsets "
            + other.from()
            + " to "
            + other.until()
            + " of "
            + other.partition()
            + ", but the ledger stands at "
            + until.get(other.partition())
            + ", and not all of the batch is before the ledger or after it: nothing is written, since some of its"
            + " records would count twice");
  }
}
