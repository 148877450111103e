package dev.tidemark.job.engine.structured;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.source.Offsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.junit.jupiter.api.Test;

class TopicStreamTest {
  private static final Partition ZERO = new Partition("events", 0);
  private static final Partition ONE = new Partition("events", 1);

  private final MockConsumer<byte[], byte[]> topic =
      new MockConsumer<>(OffsetResetStrategy.EARLIEST);
  private boolean due;
  private int quiet;

  private TopicStream stream(long mostPerBatch) {
    topic.assign(List.of(kafka(ZERO), kafka(ONE)));
    return new TopicStream(
        new Ends(),
        Map.of(ZERO, 10L, ONE, 20L),
        mostPerBatch,
        new TopicStream.Watch() {
          @Override
          public boolean due() {
            return due;
          }

          @Override
          public void quiet() {
            quiet++;
          }
        });
  }

  private void ends(long zero, long one) {
    topic.updateEndOffsets(Map.of(kafka(ZERO), zero, kafka(ONE), one));
  }

  private static TopicPartition kafka(Partition partition) {
    return new TopicPartition(partition.topic(), partition.number());
  }

  private static TopicOffset latest(TopicStream stream, Object start) {
    return (TopicOffset)
        stream.latestOffset(
            (org.apache.spark.sql.connector.read.streaming.Offset) start, ReadLimit.allAvailable());
  }

  @Test
  void beginsAtTheLedgerAndReadsNoMoreThanItMay() {
    TopicStream stream = stream(5);
    ends(12, 100);
    TopicOffset first = latest(stream, stream.initialOffset());
    assertThat(first.until()).isEqualTo(Map.of(ZERO, 12L, ONE, 25L));
    assertThat(stream.planInputPartitions(stream.initialOffset(), first)).hasSize(2);
    assertThat(stream.planned())
        .containsExactly(new PartitionRange(ZERO, 10, 12), new PartitionRange(ONE, 20, 25));
    assertThat(latest(stream, first).until()).isEqualTo(Map.of(ZERO, 12L, ONE, 30L));
    assertThat(quiet).isZero();
  }

  @Test
  void withNothingNewThereIsNoBatchUnlessTimeDemandsOne() {
    TopicStream stream = stream(5);
    ends(10, 20);
    TopicOffset here = (TopicOffset) stream.initialOffset();
    assertThat(latest(stream, here)).isEqualTo(here);
    assertThat(quiet).isEqualTo(1);
    due = true;
    TopicOffset round = latest(stream, here);
    assertThat(round.round()).isEqualTo(1);
    stream.planInputPartitions(here, round);
    assertThat(stream.planned()).allMatch(range -> range.from() == range.until());
    due = false;
    assertThat(latest(stream, round)).isEqualTo(round);
    assertThat(quiet).isEqualTo(2);
  }

  /** Its first batch reads it from where the ledger has it, whatever the log says of the others. */
  @Test
  void aPartitionThatNoBatchHasReadBeginsAtTheLedger() {
    TopicStream stream = stream(100);
    ends(50, 60);
    TopicOffset logged = new TopicOffset(Map.of(ZERO, 30L), 0);
    TopicOffset next = latest(stream, logged);
    stream.planInputPartitions(logged, next);
    assertThat(stream.planned())
        .containsExactly(new PartitionRange(ZERO, 30, 50), new PartitionRange(ONE, 20, 60));
  }

  /** A topic that ends before the ledger is the start's business: nothing is read backwards. */
  @Test
  void neverGoesBack() {
    TopicStream stream = stream(100);
    ends(5, 20);
    assertThat(latest(stream, stream.initialOffset())).isEqualTo(stream.initialOffset());
  }

  private final class Ends implements Offsets {
    @Override
    public void prepare() {}

    @Override
    public Consumer<byte[], byte[]> startFrom(Map<TopicPartition, Long> current) {
      return topic;
    }

    @Override
    public Map<Partition, Long> latest() {
      return new HashMap<>();
    }

    @Override
    public Map<Partition, Long> earliest() {
      return new HashMap<>();
    }

    @Override
    public void held(Map<Partition, Long> earliest) {}
  }
}
