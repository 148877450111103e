package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Set;

/**
 * Ends a run because the topics have partitions it does not read: the next run reads them from
 * their first record.
 */
final class PartitionsAdded extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PartitionsAdded(Set<Partition> added) {
    super("the topics have new partitions: " + added);
  }
}
