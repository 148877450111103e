package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.source.Offsets;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.streaming.kafka010.ConsumerStrategy;

/** A topic of one partition that is 50 records longer each time somebody asks. */
final class GrowingTopic {
  static final TopicPartition TP = new TopicPartition("growing", 0);
  static final Partition PARTITION = new Partition("growing", 0);

  /** Records that each question adds. */
  static final long STEP = 50;

  private static final AtomicLong END = new AtomicLong();

  /** How long an answer takes: what makes the generation of missed batches take its time. */
  static volatile long answerMillis;

  private GrowingTopic() {}

  static void empty() {
    END.set(0);
    answerMillis = 0;
  }

  static long end() {
    return END.get();
  }

  private static final class Asking extends MockConsumer<byte[], byte[]> {
    /** True until a graph without offsets has asked where it begins. */
    private boolean fresh;

    Asking(Map<TopicPartition, Long> current) {
      super(OffsetResetStrategy.NONE);
      assign(List.of(TP));
      fresh = current.isEmpty();
    }

    @Override
    public synchronized long position(TopicPartition tp) {
      if (fresh) {
        fresh = false;
        return 0;
      }
      pause();
      return END.addAndGet(STEP);
    }

    @Override
    public synchronized ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      return ConsumerRecords.empty();
    }

    @Override
    public synchronized void seekToEnd(Collection<TopicPartition> partitions) {}

    private static void pause() {
      try {
        Thread.sleep(answerMillis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** For stock graphs. */
  static final class Strategy extends ConsumerStrategy<byte[], byte[]> implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Map<String, Object> executorKafkaParams() {
      return new HashMap<>(new AssignFromRun().executorKafkaParams());
    }

    @Override
    public Consumer<byte[], byte[]> onStart(Map<TopicPartition, Long> current) {
      return new Asking(current);
    }
  }

  /** For our runs. */
  static final class Answers implements Offsets {
    @Override
    public void prepare() {}

    @Override
    public Consumer<byte[], byte[]> startFrom(Map<TopicPartition, Long> current) {
      return new Asking(current);
    }

    @Override
    public Map<Partition, Long> latest() {
      return Map.of(PARTITION, END.get());
    }

    @Override
    public Map<Partition, Long> earliest() {
      return Map.of(PARTITION, 0L);
    }

    @Override
    public void held(Map<Partition, Long> earliest) {}
  }
}
