package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;

/** A range that begins after the ledger: what lies between would never be written. */
public final class OffsetGap {
  private OffsetGap() {}

  /**
   * Says so.
   *
   * @param ledger where it stands
   */
  public static Trouble of(PartitionRange range, long ledger) {
    return new Trouble(
        Reason.OffsetGap,
        "the range of "
            + range.partition()
            + " begins at offset "
            + range.from()
            + ", but the ledger ends at "
            + ledger
            + ": nothing is written, since the records between would be lost");
  }
}
