package dev.tidemark.job.sink.topic;

import static dev.tidemark.job.sink.EventRecords.P0;
import static dev.tidemark.job.sink.EventRecords.range;
import static dev.tidemark.job.sink.EventRecords.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.expression.Malformed;
import dev.tidemark.job.ledger.GroupLedger;
import dev.tidemark.job.ledger.GroupName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.sink.Line;
import dev.tidemark.job.sink.Written;
import dev.tidemark.job.sink.topic.TopicStage.Begun;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows and offsets against a real broker. */
@Tag("store")
class KafkaRowSinkTest {
  private TopicStage stage;

  @BeforeEach
  void stage() {
    stage = TopicStage.of("Json");
  }

  @Test
  void rowsAndOffsetsBecomeVisibleTogether() {
    Begun run = stage.run(1);
    Written written = TopicStage.write(run.sink(), 0, 3);

    assertThat(written).isEqualTo(new Written(3, 3, false));
    assertThat(stage.values())
        .containsExactly("{\"value\":\"V0\"}", "{\"value\":\"V1\"}", "{\"value\":\"V2\"}");
    assertThat(stage.committed()).extracting(ConsumerRecord::key).containsExactly("V0", "V1", "V2");
    assertThat(stage.ledger()).isEqualTo(Map.of(P0, 3L, TopicStage.P1, 0L));
  }

  @Test
  void whatWasCommittedIsNotWrittenAgain() {
    Begun run = stage.run(1);
    TopicStage.write(run.sink(), 0, 3);

    assertThat(TopicStage.write(run.sink(), 0, 3).skipped()).isTrue();
    assertThat(TopicStage.write(run.sink(), 1, 5)).isEqualTo(new Written(2, 2, false));
    assertThat(stage.values()).hasSize(5);
    assertThat(trouble(() -> TopicStage.write(run.sink(), 6, 7)).reason())
        .isEqualTo(Reason.OffsetGap);
    assertThat(stage.values()).hasSize(5);
  }

  @Test
  void theNextRunGoesOnWhereTheLedgerStands() {
    TopicStage.write(stage.run(1).sink(), 0, 3);
    Begun next = stage.run(2);

    assertThat(next.ledger().until()).containsEntry(P0, 3L);
    assertThat(TopicStage.write(next.sink(), 0, 4)).isEqualTo(new Written(1, 1, false));
    assertThat(stage.values()).hasSize(4);
  }

  @Test
  void anEarlierRunWritesNothingOnceThereIsALaterOne() {
    Begun zombie = stage.run(1);
    TopicStage.write(zombie.sink(), 0, 1);
    Begun next = stage.run(2);

    assertThat(trouble(() -> TopicStage.write(zombie.sink(), 1, 2)).reason())
        .isEqualTo(Reason.Fenced);
    TopicStage.write(next.sink(), 1, 2);
    assertThat(stage.values()).hasSize(2);
  }

  /** It has asked the ledger, sent its rows, and sleeps while another run takes over. */
  @Test
  void aRunThatSleepsInTheMiddleOfATransactionCommitsNothing() {
    Begun zombie = stage.run(1);
    Begun[] next = new Begun[1];
    Iterator<ConsumerRecord<byte[], byte[]>> records =
        records(
            0,
            4,
            offset -> "v" + offset,
            offset -> {
              if (offset == 3) {
                next[0] = stage.run(2);
                TopicStage.write(next[0].sink(), 0, 2);
              }
            });

    Trouble trouble = trouble(() -> zombie.sink().write(range(0, 4), records, Malformed.STOPS));
    assertThat(trouble.reason()).as(trouble.toString()).isEqualTo(Reason.Fenced);
    assertThat(stage.values()).containsExactly("{\"value\":\"V0\"}", "{\"value\":\"V1\"}");
    assertThat(TopicStage.write(next[0].sink(), 2, 4).rows()).isEqualTo(2);
    assertThat(stage.ledger()).containsEntry(P0, 4L);
  }

  /** Tasks of one partition run now on one executor, now on another. */
  @Test
  void twoJvmsOfOneRunTakeTurns() {
    Begun run = stage.run(1);
    KafkaRowSink other = new KafkaRowSink(stage.settings, stage.job, 1, run.place());
    TopicStage.write(run.sink(), 0, 1);
    for (long offset = 1; offset < 5; offset++) {
      KafkaRowSink sink = offset % 2 == 1 ? other : run.sink();
      sink.takeOver(P0);
      assertThat(TopicStage.write(sink, offset, offset + 1).rows()).isEqualTo(1);
    }
    assertThat(TopicStage.write(run.sink(), 5, 6).rows()).isEqualTo(1);
    assertThat(stage.values()).hasSize(6);
  }

  /** A producer that begins late takes the id from its successor, but never the ledger. */
  @Test
  void aTransactionThatAnEarlierRunBeginsLateIsRefusedItsOffsets() {
    Begun zombie = stage.run(1);
    Begun next = stage.run(2);
    String id = GroupName.of(stage.settings).rows(P0);
    try (GroupLedger ledger = new GroupLedger(stage.settings);
        TopicTransaction late =
            new TopicTransaction(
                stage.settings, id, zombie.place(), () -> ledger.require(stage.job, 1))) {
      TopicStage.write(next.sink(), 0, 1);
      late.begin();
      Trouble trouble =
          trouble(
              () ->
                  late.run(
                      List.of(new Line(null, new byte[] {1})).iterator(),
                      ledger.require(stage.job, 2, List.of(P0)).moved(Map.of(P0, 9L)).offsets()));
      assertThat(trouble).hasMessageContaining("epoch 2");
      assertThat(trouble(late::begin).reason()).as("for ever").isEqualTo(Reason.Fenced);
    }
    assertThat(stage.values()).containsExactly("{\"value\":\"V0\"}");
    assertThat(stage.ledger()).containsEntry(P0, 1L);

    // Its producer was fenced for no good reason: the next run goes on.
    assertThat(trouble(() -> TopicStage.write(next.sink(), 1, 2)).reason())
        .isEqualTo(Reason.BatchFailed);
    TopicStage.write(stage.run(3).sink(), 1, 2);
    assertThat(stage.values()).hasSize(2);
  }

  @Test
  void aRowThatIsTooLargeIsNamedAndNothingOfItsRangeIsThere() {
    Begun run = stage.run(1);
    Iterator<ConsumerRecord<byte[], byte[]>> records =
        records(0, 2, offset -> offset == 0 ? "small" : "x".repeat(2_000_000), o -> {});

    Trouble trouble = trouble(() -> run.sink().write(range(0, 2), records, Malformed.STOPS));
    assertThat(trouble.reason()).isEqualTo(Reason.SinkRejectedRow);
    assertThat(trouble).hasMessageContaining(stage.topic).hasMessageContaining("max.message.bytes");
    assertThat(stage.values()).isEmpty();
    assertThat(TopicStage.write(run.sink(), 0, 1).rows()).isEqualTo(1);
  }

  @Test
  void aRangeWithoutARowMovesTheLedger() {
    Begun run = stage.run(1);
    run.sink().write(range(0, 2), records(0, 2, offset -> "left out", o -> {}), Malformed.STOPS);
    assertThat(stage.values()).isEmpty();
    assertThat(stage.ledger()).containsEntry(P0, 2L);
  }

  private static Trouble trouble(org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
    Trouble trouble = catchThrowableOfType(Trouble.class, work);
    assertThat(trouble).isNotNull();
    return trouble;
  }
}
