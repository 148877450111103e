package dev.tidemark.job.source;

import dev.tidemark.job.kafka.KafkaParameters;
import dev.tidemark.job.kafka.KafkaTrouble;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The driver's consumer, which asks for end offsets and reads no records; it remembers the answers
 * for the lag.
 */
public final class EndOffsets implements Offsets {
  private final Settings settings;
  private final Map<Partition, Long> ledger;
  private final Map<Partition, Long> latest = new ConcurrentHashMap<>();
  private volatile Map<Partition, Long> earliest;
  private Asking prepared;

  /**
   * Knows which partitions there are.
   *
   * @param ledger first offset not yet committed, of all partitions of the job
   * @param earliest first offset still held
   */
  public EndOffsets(Settings settings, Map<Partition, Long> ledger, Map<Partition, Long> earliest) {
    this.settings = settings;
    this.earliest = Map.copyOf(earliest);
    this.ledger = Map.copyOf(ledger);
  }

  @Override
  public synchronized void prepare() {
    if (prepared == null) {
      prepared = client();
    }
  }

  @Override
  public synchronized Consumer<byte[], byte[]> startFrom(Map<TopicPartition, Long> current) {
    Asking consumer = prepared == null ? client() : prepared;
    prepared = null;
    ledger.forEach(
        (partition, until) -> {
          TopicPartition tp = new TopicPartition(partition.topic(), partition.number());
          Long at = current.get(tp);
          consumer.seek(tp, at == null ? until : at);
        });
    return consumer;
  }

  @Override
  public Map<Partition, Long> latest() {
    return Map.copyOf(latest);
  }

  @Override
  public Map<Partition, Long> earliest() {
    return earliest;
  }

  @Override
  public void held(Map<Partition, Long> now) {
    earliest = Map.copyOf(now);
  }

  private Asking client() {
    try {
      Asking asking = new Asking(KafkaParameters.consumer(settings));
      asking.assign(
          ledger.keySet().stream().map(p -> new TopicPartition(p.topic(), p.number())).toList());
      return asking;
    } catch (KafkaException e) {
      String brokers = settings.runtime().source().bootstrapServers();
      throw KafkaTrouble.in(e, brokers)
          .orElseGet(
              () -> new Trouble(Reason.KafkaUnavailable, "no client for " + brokers + ": " + e, e));
    }
  }

  /** Spark seeks to the end and asks for the position: that answer is the end offset. */
  private final class Asking extends KafkaConsumer<byte[], byte[]> {
    Asking(Map<String, Object> parameters) {
      super(parameters);
    }

    @Override
    public long position(TopicPartition tp) {
      long end = super.position(tp);
      latest.put(new Partition(tp.topic(), tp.partition()), end);
      return end;
    }
  }
}
