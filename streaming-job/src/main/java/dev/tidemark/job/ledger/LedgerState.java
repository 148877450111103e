package dev.tidemark.job.ledger;

import java.util.Map;

/**
 * What the ledger says of a job at one moment.
 *
 * @param epoch the last epoch taken
 * @param revision the revision that took it
 * @param sealed true after a hand-over: nothing may commit here any more
 * @param until per partition the first offset not yet committed; empty before the first opening
 */
public record LedgerState(long epoch, int revision, boolean sealed, Map<Partition, Long> until) {

  /** A partition of a topic; names only: identities are in {@link LedgerIdentity}. */
  public record Partition(String topic, int number) implements java.io.Serializable {
    @Override
    public String toString() {
      return topic + "-" + number;
    }
  }

  /** Keeps the map unmodifiable. */
  public LedgerState {
    until = Map.copyOf(until);
  }
}
