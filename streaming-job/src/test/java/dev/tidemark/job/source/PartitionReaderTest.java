package dev.tidemark.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionReaderTest {
  private static final TopicPartition TP = new TopicPartition("events", 0);
  private static final Partition PARTITION = new Partition("events", 0);

  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>(OffsetResetStrategy.NONE);
  private PartitionReader reader;

  @BeforeEach
  void connect() {
    reader = new PartitionReader("kafka:9092", TP, kafka);
    kafka.updateBeginningOffsets(Map.of(TP, 0L));
  }

  @Test
  void aRangeIsReadToItsEndAndNoFurther() {
    records(0, 1, 2, 3, 4, 5);
    assertThat(offsets(1, 4)).containsExactly(1L, 2L, 3L);
  }

  @Test
  void whatWasFetchedTooFarAheadBelongsToTheNextRange() {
    records(0, 1, 2, 3, 4, 5);
    assertThat(offsets(0, 3)).containsExactly(0L, 1L, 2L);
    assertThat(offsets(3, 6)).containsExactly(3L, 4L, 5L);
  }

  /** A run that failed before its first batch leaves its readers to the next run, which begins. */
  @Test
  void whatWasFetchedForARangeThatNeverCameIsNotFetchedTwice() {
    records(0, 1, 2);
    reader.begin(0);
    records(0, 1, 2, 3);
    reader.begin(0);
    assertThat(offsets(0, 4)).containsExactly(0L, 1L, 2L, 3L);
  }

  @Test
  void aReaderThatBeganBehindItsRangeForgetsWhatItFetched() {
    records(0, 1, 2, 3);
    reader.begin(0);
    records(2, 3);
    assertThat(offsets(2, 4)).containsExactly(2L, 3L);
  }

  /** No record may be handed out twice, whatever a client gives: it would be counted twice. */
  @Test
  void aRecordThatComesAgainEndsTheReading() {
    records(0, 1);
    kafka.schedulePollTask(() -> kafka.seek(TP, 1));
    records(1, 2);
    assertThatThrownBy(() -> offsets(0, 3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("events-0")
        .hasMessageContaining("offset 1");
  }

  @Test
  void gapsOfCompactedTopicsAreNoEnd() {
    records(0, 3, 7);
    assertThat(offsets(0, 8)).containsExactly(0L, 3L, 7L);
  }

  @Test
  void aRangeThatEndsInTransactionMarkersEndsWithItsLastRecord() {
    records(0, 1);
    kafka.schedulePollTask(() -> {});
    kafka.schedulePollTask(
        () -> kafka.seek(TP, 4)); // the client's position passes markers without a record
    assertThat(offsets(0, 4)).containsExactly(0L, 1L);
  }

  @Test
  void aRangeOfMarkersAloneIsEmpty() {
    kafka.schedulePollTask(() -> kafka.seek(TP, 12));
    assertThat(offsets(10, 12)).isEmpty();
  }

  @Test
  void expiredOffsetsStopTheJob() {
    kafka.setPollException(new OffsetOutOfRangeException(Map.of(TP, 0L)));
    expect(Reason.OffsetsExpired);
  }

  @Test
  void arefusalIsWaitedFor() {
    kafka.setPollException(new TopicAuthorizationException("events"));
    expect(Reason.KafkaAccessDenied);
  }

  private void expect(Reason reason) {
    assertThatThrownBy(() -> offsets(0, 5))
        .isInstanceOfSatisfying(Trouble.class, t -> assertThat(t.reason()).isEqualTo(reason));
  }

  private void records(long... offsets) {
    kafka.schedulePollTask(
        () -> {
          for (long offset : offsets) {
            kafka.addRecord(new ConsumerRecord<>("events", 0, offset, new byte[0], new byte[0]));
          }
        });
  }

  private List<Long> offsets(long from, long until) {
    List<Long> offsets = new ArrayList<>();
    Iterator<ConsumerRecord<byte[], byte[]>> records =
        reader.read(new PartitionRange(PARTITION, from, until));
    records.forEachRemaining(record -> offsets.add(record.offset()));
    return offsets;
  }
}
