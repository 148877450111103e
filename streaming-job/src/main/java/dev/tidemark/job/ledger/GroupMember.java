package dev.tidemark.job.ledger;

import dev.tidemark.job.kafka.KafkaParameters;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The one member of a job's consumer group: whoever holds it may move the group's offsets. It is a
 * static member (KIP-345): who joins under the same name takes the place at once, and the broker
 * refuses offsets of the one before from then on, also those that it sends in transactions
 * (KIP-447).
 */
public final class GroupMember {
  private static final String NAME = "driver";
  private static final Duration JOINING = Duration.ofSeconds(20);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration PARTING = Duration.ofSeconds(1);
  private static GroupMember current;

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Proof proof;

  /**
   * What the broker knows the member by; travels with tasks, which commit in their own
   * transactions.
   *
   * @param generation of the group
   * @param member id that the broker gave
   */
  public record Proof(String group, int generation, String member) implements Serializable {
    /** As Kafka's client wants it. */
    public ConsumerGroupMetadata metadata() {
      return new ConsumerGroupMetadata(group, generation, member, Optional.of(NAME));
    }
  }

  private GroupMember(KafkaConsumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
    ConsumerGroupMetadata metadata = consumer.groupMetadata();
    this.proof = new Proof(metadata.groupId(), metadata.generationId(), metadata.memberId());
  }

  /**
   * Takes the place in the group; what this JVM held before is given up.
   *
   * @throws Trouble {@code KafkaUnavailable} when the group does not let it in
   */
  static synchronized GroupMember join(Settings settings, String group) {
    leave();
    Map<String, Object> parameters = KafkaParameters.consumer(settings);
    parameters.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    parameters.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, NAME);
    // Nothing is ever polled after the joining: that the JVM lives its heartbeats tell.
    parameters.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, Integer.MAX_VALUE);
    KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(parameters);
    try {
      // A member of a group without a topic: partitions are assigned by the driver, not by Kafka.
      consumer.subscribe(Pattern.compile("(?!)"));
      long end = System.nanoTime() + JOINING.toNanos();
      while (consumer.groupMetadata().memberId().isEmpty()
          || consumer.groupMetadata().generationId() < 0) {
        if (System.nanoTime() > end) {
          throw new Trouble(
              Reason.KafkaUnavailable,
              "the consumer group " + group + " lets no member in; the brokers' logs may say why");
        }
        consumer.poll(LOOK);
      }
      current = new GroupMember(consumer);
      return current;
    } catch (RuntimeException e) {
      consumer.close(PARTING);
      throw e;
    }
  }

  /** Of this JVM's driver; null where it is none, or its ledger is no group. */
  public static synchronized Proof current() {
    return current == null ? null : current.proof;
  }

  /** Gives the client up; the place stays until somebody takes it or the session ends. */
  private static synchronized void leave() {
    if (current != null) {
      current.consumer.close(PARTING);
      current = null;
    }
  }

  Proof proof() {
    return proof;
  }

  /** Moves offsets, unless somebody else has the place now. */
  synchronized void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
    consumer.commitSync(offsets);
  }
}
