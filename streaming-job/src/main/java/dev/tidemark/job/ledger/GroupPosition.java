package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Where a run's own {@link GroupLedger} stood when it was asked. */
public final class GroupPosition {
  private final LedgerDocument document;

  GroupPosition(LedgerDocument document) {
    this.document = document;
  }

  /** The ledger's offset of each partition that was asked for. */
  public Map<Partition, Long> until() {
    return document.state().until();
  }

  /** The same ledger after a transaction that moves it to these offsets. */
  public GroupPosition moved(Map<Partition, Long> to) {
    return new GroupPosition(document.moved(to));
  }

  /** What a transaction sends so that the ledger stands here, of the partitions asked for. */
  public Map<TopicPartition, OffsetAndMetadata> offsets() {
    return GroupOffsets.of(document);
  }
}
