package dev.tidemark.job.sink.topic;

import static dev.tidemark.job.sink.EventRecords.P0;
import static dev.tidemark.job.sink.EventRecords.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.ledger.GroupLedger;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.ledger.Position;
import dev.tidemark.job.ledger.Skipped;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.Staged;
import dev.tidemark.job.sink.topic.TopicStage.Begun;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Batches, the ledger's own changes, and hand-overs, against a real broker. */
@Tag("store")
class KafkaResultSinkTest {
  private static final StructType WORDS =
      new StructType().add("value", "string").add("n", "bigint");

  private TopicStage stage;

  @BeforeEach
  void stage() {
    stage = TopicStage.of("Json");
  }

  private static InternalRow row(String word, long n) {
    return new GenericInternalRow(new Object[] {UTF8String.fromString(word), n});
  }

  private KafkaResultSink sink(long epoch) {
    Begun run = stage.run(epoch);
    TopicLines lines =
        TopicLines.results(stage.settings.definition().sink().kafka(), WORDS, List.of("value"));
    KafkaResultSink sink =
        new KafkaResultSink(stage.settings, stage.job, epoch, lines, run.place());
    sink.open();
    return sink;
  }

  private static List<PartitionRange> ranges(long from0, long to0, long from1, long to1) {
    return List.of(range(from0, to0), new PartitionRange(TopicStage.P1, from1, to1));
  }

  @Test
  void aBatchAndItsOffsetsBecomeVisibleTogetherAndOnce() {
    try (KafkaResultSink sink = sink(1)) {
      List<Staged> staged =
          List.of(
              sink.stage(1, new Part(1, 1, 1), List.of(row("a", 1), row("b", 2)).iterator()),
              sink.stage(1, new Part(1, 1, 2), List.of(row("c", 3)).iterator()));
      assertThat(stage.values()).isEmpty();
      assertThat(sink.commit(1, staged, ranges(0, 3, 0, 2))).isTrue();
      assertThat(sink.commit(1, staged, ranges(0, 3, 0, 2))).isFalse();
      assertThat(stage.committed())
          .extracting(ConsumerRecord::key)
          .containsExactlyInAnyOrder("a", "b", "c");
      assertThat(stage.values()).contains("{\"value\":\"c\",\"n\":3}");
      assertThat(stage.ledger()).isEqualTo(Map.of(P0, 3L, TopicStage.P1, 2L));
      assertThatThrownBy(() -> sink.commit(2, staged, ranges(2, 4, 2, 2)))
          .isInstanceOf(Trouble.class)
          .hasMessageContaining("count twice");
    }
  }

  /** A window that closed without a record moves no offset, and is still refused to a zombie. */
  @Test
  void resultsOfTimeAreFencedAsWell() {
    try (KafkaResultSink zombie = sink(1)) {
      List<Staged> staged =
          List.of(zombie.stage(1, new Part(1, 1, 1), List.of(row("a", 1)).iterator()));
      assertThat(zombie.commit(1, staged, ranges(0, 0, 0, 0))).isTrue();
      try (KafkaResultSink next = sink(2)) {
        assertThatThrownBy(() -> zombie.commit(2, staged, ranges(0, 0, 0, 0)))
            .isInstanceOfSatisfying(
                Trouble.class, t -> assertThat(t.reason()).isEqualTo(Reason.Fenced));
        assertThat(next.commit(2, staged, ranges(0, 1, 0, 0))).isTrue();
      }
    }
    assertThat(stage.values()).hasSize(2);
  }

  @Test
  void theLedgerKnowsItsJobByTheOwnersName() {
    stage.run(4);
    try (GroupLedger ledger = new GroupLedger(stage.settings)) {
      assertThat(ledger.known("any").orElseThrow().jobId()).isEqualTo(stage.job);
      assertThat(ledger.known("any").orElseThrow().epoch()).isEqualTo(4);
      assertThat(ledger.read("another job")).isEmpty();
      assertThatThrownBy(() -> ledger.takeEpoch(stage.job, 4, 1))
          .isInstanceOfSatisfying(
              Trouble.class, t -> assertThat(t.reason()).isEqualTo(Reason.Fenced));
    }
  }

  @Test
  void skippedRangesAreNotedWithTheMove() {
    try (GroupLedger ledger = new GroupLedger(stage.settings)) {
      ledger.takeEpoch(stage.job, 1, 1);
      ledger.open(stage.job, 1, TopicStage.identity(), Map.of(P0, 0L));
      ledger.skip(stage.job, 1, List.of(new Skipped(P0, 0, 7)));
    }
    try (GroupLedger later = new GroupLedger(stage.settings)) {
      assertThat(later.read(stage.job).orElseThrow().skipped())
          .containsExactly(new Skipped(P0, 0, 7));
      assertThat(stage.ledger()).containsEntry(P0, 7L);
    }
  }

  @Test
  void handedOverAndTakenBack() {
    Position position;
    try (KafkaResultSink sink = sink(1);
        GroupLedger ledger = new GroupLedger(stage.settings)) {
      sink.commit(1, List.of(), ranges(0, 3, 0, 2));
      position = ledger.seal(stage.job, 2).orElseThrow();
      assertThat(position.until()).isEqualTo(Map.of(P0, 3L, TopicStage.P1, 2L));
      assertThat(position.identity()).isEqualTo(TopicStage.identity());
      assertThat(ledger.read(stage.job).orElseThrow().sealed()).isTrue();
      assertThatThrownBy(() -> sink.commit(2, List.of(), ranges(3, 4, 2, 2)))
          .isInstanceOf(Trouble.class);
    }
    Position further = new Position(position.identity(), Map.of(P0, 9L), position.skipped());
    try (GroupLedger ledger = new GroupLedger(stage.settings)) {
      ledger.takeOver(stage.job, 3, 2, further);
      assertThat(stage.ledger()).isEqualTo(Map.of(P0, 9L));
    }
  }
}
