package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A ledger that is read and written as one document, whatever it is kept in. */
abstract class DocumentLedger implements Ledger {
  /**
   * Writes what {@code how} makes of the document as it is; nothing if that throws.
   *
   * @return what then stands there
   */
  abstract LedgerState change(String jobId, UnaryOperator<LedgerDocument> how);

  /** Before an epoch is taken: makes sure that no earlier run changes the document meanwhile. */
  void takePlace(String jobId) {}

  @Override
  public LedgerState takeEpoch(String jobId, long epoch, int revision) {
    takePlace(jobId);
    return change(jobId, document -> document.taken(epoch, revision, shown()));
  }

  @Override
  public LedgerState takeOver(String jobId, long epoch, int revision, Position position) {
    takePlace(jobId);
    return change(jobId, document -> document.takenOver(epoch, revision, position));
  }

  @Override
  public LedgerState open(
      String jobId, long epoch, LedgerIdentity identity, Map<Partition, Long> starting) {
    return change(
        jobId,
        document -> {
          document.require(epoch, shown());
          return document.opened(identity, starting, shown());
        });
  }

  @Override
  public LedgerState skip(String jobId, long epoch, List<Skipped> ranges) {
    return change(
        jobId,
        document -> {
          document.require(epoch, shown());
          return document.skipping(ranges);
        });
  }
}
