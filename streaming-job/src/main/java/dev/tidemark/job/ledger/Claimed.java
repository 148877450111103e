package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerDocument.Range;
import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Batches of files that were claimed before they were written, as the ledger notes them.
 *
 * @param last the number of the newest; 0 before the first
 * @param definition digest of the definition that the newest is written by; null before the first
 * @param ranges what the newest reads, until it is known how it ended; empty from then on
 */
record Claimed(long last, String definition, List<Range> ranges) {
  /** Nothing yet. */
  static final Claimed NOTHING = new Claimed(0, null, List.of());

  /** What is not known to have ended. */
  Optional<Claim> open() {
    return ranges.isEmpty()
        ? Optional.empty()
        : Optional.of(new Claim(last, ranges.stream().map(Range::range).toList()));
  }

  /**
   * Whether what is open can be written as it was claimed.
   *
   * @param reading the partitions that are read today
   * @param until where the ledger stands
   */
  boolean isResumable(String today, Set<Partition> reading, Map<Partition, Long> until) {
    return definition.equals(today)
        && ranges.stream()
            .map(Range::range)
            .allMatch(
                range ->
                    reading.contains(range.partition())
                        && until.getOrDefault(range.partition(), -1L) == range.from());
  }

  /** With the next one; one of the same that is open already stays. */
  Claimed next(String today, List<PartitionRange> wanted) {
    if (ranges.isEmpty()) {
      return new Claimed(last + 1, today, wanted.stream().map(Range::new).toList());
    }
    if (!ranges.equals(wanted.stream().map(Range::new).toList())) {
      throw new IllegalStateException("claimed, and not known to have ended: " + this);
    }
    return this;
  }

  /** The same when it is known how the newest ended. */
  Claimed ended() {
    return new Claimed(last, definition, List.of());
  }
}
