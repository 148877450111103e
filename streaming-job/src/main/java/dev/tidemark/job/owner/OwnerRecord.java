package dev.tidemark.job.owner;

import java.time.Instant;

/**
 * The durable identity of a job, kept at {@code <checkpoint.path>/_tidemark/job.json} ({@code
 * contract/README.md}).
 */
public record OwnerRecord(
    int contract,
    String jobId,
    String cluster,
    String namespace,
    String name,
    String uid,
    Instant createdAt,
    int attempt,
    int revision,
    String definitionDigest,
    long lastEpoch,
    long floorEpoch,
    String lastRestoreId,
    boolean ledgerOpened) {

  /** The same record, saying that the ledger holds offsets from now on. */
  OwnerRecord withLedger() {
    return new OwnerRecord(
        contract,
        jobId,
        cluster,
        namespace,
        name,
        uid,
        createdAt,
        attempt,
        revision,
        definitionDigest,
        lastEpoch,
        floorEpoch,
        lastRestoreId,
        true);
  }
}
