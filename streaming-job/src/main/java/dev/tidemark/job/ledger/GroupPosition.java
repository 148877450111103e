package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.HashMap;
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

  /** What a transaction sends to move the ledger to these offsets. */
  public Map<TopicPartition, OffsetAndMetadata> moved(Map<Partition, Long> to) {
    Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>(GroupOffsets.of(document.moved(to)));
    all.keySet().removeIf(tp -> !to.containsKey(new Partition(tp.topic(), tp.partition())));
    return all;
  }
}
