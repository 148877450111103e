package dev.tidemark.job.source;

import dev.tidemark.job.kafka.KafkaParameters;
import dev.tidemark.job.kafka.KafkaTrouble;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the committed records of one partition, range after range.
 *
 * <p>Spark's own reader is not used: it demands a record at or after the end of each range, so a
 * range that ends in transaction markers or aborted records fails for ever, and it freezes the
 * client's parameters into the checkpoint.
 */
public final class PartitionReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

  private final String brokers;
  private final TopicPartition partition;
  private final Consumer<byte[], byte[]> consumer;

  /** Fetched but not yet handed out, in order; the first is at or after {@link #next}. */
  private final ArrayDeque<ConsumerRecord<byte[], byte[]>> ahead = new ArrayDeque<>();

  /** Everything before this offset was handed out or does not exist; -1 before the first range. */
  private long next = -1;

  /** A reader with a client of its own. */
  public PartitionReader(Settings settings, TopicPartition partition) {
    this(settings.runtime().source().bootstrapServers(), partition, client(settings));
  }

  PartitionReader(String brokers, TopicPartition partition, Consumer<byte[], byte[]> consumer) {
    this.brokers = brokers;
    this.partition = partition;
    this.consumer = consumer;
    consumer.assign(List.of(partition));
  }

  private static Consumer<byte[], byte[]> client(Settings settings) {
    try {
      return new KafkaConsumer<>(KafkaParameters.consumer(settings));
    } catch (KafkaException e) {
      throw trouble(e, settings.runtime().source().bootstrapServers());
    }
  }

  /**
   * The records of a range, in order. The iterator throws {@link Trouble}; a reader whose iterator
   * threw is to be closed.
   */
  public Iterator<ConsumerRecord<byte[], byte[]>> read(PartitionRange range) {
    if (next != range.from()) {
      goTo(range.from());
    }
    return new Records(range);
  }

  private void goTo(long offset) {
    ahead.clear();
    consumer.seek(partition, offset);
    next = offset;
  }

  /**
   * Fetches what lies at an offset, as far as it comes soon, so that a first range finds it here.
   */
  void begin(long from) {
    goTo(from);
    ahead.addAll(consumer.poll(POLL).records(partition));
  }

  @Override
  public void close() {
    consumer.close(Duration.ZERO);
  }

  private static Trouble trouble(KafkaException e, String brokers) {
    return KafkaTrouble.in(e, brokers)
        .orElseGet(
            () ->
                new Trouble(
                    Reason.KafkaUnavailable, "reading from " + brokers + " failed: " + e, e));
  }

  private final class Records implements Iterator<ConsumerRecord<byte[], byte[]>> {
    private final PartitionRange range;

    Records(PartitionRange range) {
      this.range = range;
    }

    @Override
    public boolean hasNext() {
      fill();
      if (!ahead.isEmpty() && ahead.element().offset() < range.until()) {
        return true;
      }
      next = Math.max(next, range.until());
      return false;
    }

    @Override
    public ConsumerRecord<byte[], byte[]> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      ConsumerRecord<byte[], byte[]> record = ahead.remove();
      if (record.offset() < next) {
        throw new IllegalStateException(
            "the record of "
                + partition
                + " at offset "
                + record.offset()
                + " came again after all before offset "
                + next
                + " had been read: it would be written twice");
      }
      next = record.offset() + 1;
      return record;
    }

    /**
     * Polls until there is a record, or until the client's position shows that the range holds no
     * more.
     */
    private void fill() {
      if (!ahead.isEmpty() || next >= range.until()) {
        return;
      }
      try {
        long position = consumer.position(partition);
        long since = System.nanoTime();
        while (ahead.isEmpty() && position < range.until()) {
          ahead.addAll(consumer.poll(POLL).records(partition));
          long now = consumer.position(partition);
          if (now != position) {
            position = now;
            since = System.nanoTime();
          } else if (System.nanoTime() - since > PATIENCE_NANOS) {
            throw new Trouble(
                Reason.KafkaUnavailable,
                "the brokers at "
                    + brokers
                    + " gave no records of "
                    + partition
                    + " at offset "
                    + position
                    + ", though the range goes to "
                    + range.until());
          }
        }
      } catch (KafkaException e) {
        throw trouble(e, brokers);
      }
    }
  }
}
