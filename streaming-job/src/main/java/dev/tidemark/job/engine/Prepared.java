package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.source.KafkaView;
import dev.tidemark.job.source.Offsets;
import dev.tidemark.job.state.CheckpointPaths;
import java.util.Map;

/**
 * A run that has its epoch: older runs can no longer commit, and every partition has its place in
 * the ledger.
 *
 * @param ledger as it is, also of topics that the job no longer names
 * @param ownership of the record, for what is still to be noted in it
 * @param first true when neither owner record nor ledger knew the job, or this begins a new
 *     revision
 */
public record Prepared(
    Settings settings,
    OwnerRecord owner,
    LedgerState ledger,
    KafkaView kafka,
    Offsets offsets,
    Ownership ownership,
    boolean first) {

  /** Per partition that is to be read the first offset not yet committed. */
  public Map<Partition, Long> reading() {
    return kafka.named(ledger.until());
  }

  /** Where checkpoints of this job's revision lie. */
  public String revisionPath() {
    return CheckpointPaths.revision(settings, owner.revision());
  }

  /** Where this run checkpoints. */
  public String ownPath() {
    return CheckpointPaths.epoch(settings, owner.revision(), owner.lastEpoch());
  }
}
