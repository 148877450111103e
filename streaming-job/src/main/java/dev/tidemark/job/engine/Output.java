package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.List;
import java.util.Map;

/**
 * What a batch writes, and how that becomes visible together with the ledger's new offsets. When it
 * may is the run's business.
 */
public interface Output {
  /**
   * What was done.
   *
   * @param records read
   * @param rows written
   * @param moved true when the ledger moved
   */
  record Outcome(long records, long rows, boolean moved) {
    public static final Outcome NOTHING = new Outcome(0, 0, false);

    /** What was done in all. */
    Outcome and(Outcome more) {
      return new Outcome(records + more.records, rows + more.rows, moved || more.moved);
    }
  }

  /**
   * Writes what of a batch the ledger does not hold yet.
   *
   * @param time batch time, milliseconds
   * @param ranges of all partitions, some or all of them possibly empty
   * @param committed per partition the ledger's offset, as far as this run knows
   */
  Outcome write(long time, List<PartitionRange> ranges, Map<Partition, Long> committed);

  /**
   * After the last batch of a run that was asked to stop: leaves what spares the next run work. It
   * may fail or take too long without any harm.
   */
  default void stopped() {}

  /** What of each range lies at or after the ledger, empty ranges included. */
  static List<PartitionRange> notCommitted(
      List<PartitionRange> ranges, Map<Partition, Long> committed) {
    return ranges.stream()
        .map(range -> range.after(committed.getOrDefault(range.partition(), range.from())))
        .toList();
  }
}
