package dev.tidemark.job.ledger;

import java.util.Map;

/**
 * Which Kafka the offsets of a ledger belong to: offsets mean nothing in another cluster or in a
 * topic that was re-created.
 *
 * @param clusterId Kafka's cluster id
 * @param topicIds topic name to Kafka topic id
 */
public record LedgerIdentity(String clusterId, Map<String, String> topicIds) {
  /** Keeps the map unmodifiable. */
  public LedgerIdentity {
    topicIds = Map.copyOf(topicIds);
  }
}
