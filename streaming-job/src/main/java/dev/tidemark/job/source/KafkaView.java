package dev.tidemark.job.source;

import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What Kafka holds for a job at one moment.
 *
 * @param identity of the cluster and the topics
 * @param earliest per partition the first offset still held
 * @param latest per partition the first offset not yet readable with {@code read_committed}
 */
public record KafkaView(
    LedgerIdentity identity, Map<Partition, Long> earliest, Map<Partition, Long> latest) {
  /** Keeps the maps unmodifiable. */
  public KafkaView {
    earliest = Map.copyOf(earliest);
    latest = Map.copyOf(latest);
  }

  /**
   * Of these offsets those of the topics that the job names now: a ledger also keeps the place of
   * those it named before.
   */
  public Map<Partition, Long> named(Map<Partition, Long> offsets) {
    return offsets.entrySet().stream()
        .filter(entry -> identity.topicIds().containsKey(entry.getKey().topic()))
        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
  }
}
