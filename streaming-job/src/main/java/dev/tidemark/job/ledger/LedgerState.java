package dev.tidemark.job.ledger;

import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What the ledger says of a job at one moment.
 *
 * @param epoch the last epoch taken
 * @param revision the revision that took it
 * @param sealed true after a hand-over: nothing may commit here any more
 * @param until per partition the first offset not yet committed; empty before the first opening
 * @param skipped what lies before these offsets and was never read, in the order of its offsets
 */
public record LedgerState(
    long epoch, int revision, boolean sealed, Map<Partition, Long> until, List<Skipped> skipped) {

  /** A partition of a topic; names only: identities are in {@link LedgerIdentity}. */
  public record Partition(String topic, int number) implements java.io.Serializable {
    @Override
    public String toString() {
      return topic + "-" + number;
    }
  }

  /** Keeps map and list unmodifiable. */
  public LedgerState {
    until = Map.copyOf(until);
    skipped = skipped.stream().sorted(Comparator.comparingLong(Skipped::from)).toList();
  }

  /** Of a job that has skipped nothing. */
  public LedgerState(long epoch, int revision, boolean sealed, Map<Partition, Long> until) {
    this(epoch, revision, sealed, until, List.of());
  }

  /** The first offset at or after this one that the job has not skipped. */
  public long notSkipped(Partition partition, long offset) {
    long next = offset;
    for (Skipped range : skipped) {
      if (range.partition().equals(partition) && range.from() <= next && next < range.until()) {
        next = range.until();
      }
    }
    return next;
  }

  /** How many offsets the job has skipped in all. */
  public long skippedOffsets() {
    return skipped.stream().mapToLong(Skipped::offsets).sum();
  }
}
