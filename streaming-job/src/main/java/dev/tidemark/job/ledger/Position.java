package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.List;
import java.util.Map;

/**
 * Where a job stands, as one ledger hands it over to another.
 *
 * @param identity of the cluster and the topics the offsets belong to
 * @param until per partition the first offset not yet committed; empty before the first opening
 * @param skipped what lies before them and was never read
 */
public record Position(LedgerIdentity identity, Map<Partition, Long> until, List<Skipped> skipped) {
  /** That of a job that has not begun. */
  static final Position NOWHERE =
      new Position(new LedgerIdentity("", Map.of()), Map.of(), List.of());
}
