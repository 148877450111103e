package dev.tidemark.job.owner;

import java.time.Instant;
import java.util.List;

/**
 * The durable identity of a job, kept at {@code <checkpoint.path>/_tidemark/job.json} ({@code
 * contract/README.md}).
 *
 * @param stateRevision the last revision whose state has begun: from then on its state checkpoints
 *     must be there; 0 for a job that never kept state
 * @param restoreIds requests of restores that were carried out; null before the first
 * @param keepReplacedUntil until then what lies below the floor stays; null: it may go
 * @param clonedFrom the job whose state this one began with; null for any other job
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
    boolean ledgerOpened,
    int stateRevision,
    List<String> restoreIds,
    Instant keepReplacedUntil,
    Clone clonedFrom) {

  /**
   * Where a job's first state is from.
   *
   * @param revision the state lies under this revision, as the other job had it
   */
  public record Clone(String jobId, String namespace, String name, String backup, int revision) {}

  /** True while the state of another job is still to be taken over. */
  public boolean beginsAsClone() {
    return clonedFrom != null && stateRevision == clonedFrom.revision();
  }

  /** The same record, saying that the ledger holds offsets from now on. */
  OwnerRecord withLedger() {
    return with(true, stateRevision);
  }

  /** The same record, saying whose state has begun. */
  OwnerRecord withState(int ofRevision) {
    return with(ledgerOpened, ofRevision);
  }

  private OwnerRecord with(boolean opened, int state) {
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
        opened,
        state,
        restoreIds,
        keepReplacedUntil,
        clonedFrom);
  }
}
