package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;

/**
 * Offsets whose records Kafka had dropped before they were read, and which the job does without.
 *
 * @param from the first one: where the ledger stood
 * @param until the first one after them
 */
public record Skipped(Partition partition, long from, long until) {
  /** How many offsets; some of them may never have been records. */
  public long offsets() {
    return until - from;
  }

  @Override
  public String toString() {
    return "offsets " + from + " to " + until + " of " + partition;
  }
}
