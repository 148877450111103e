package dev.tidemark.job.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.ObjectLedger;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.ledger.Position;
import dev.tidemark.job.ledger.Skipped;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.S3Stub;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.LogSink;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.Staged;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A ledger that is an object, and the sink that moves it. */
class ObjectLedgerTest {
  private static final Partition P0 = new Partition("events", 0);
  private static final Partition P1 = new Partition("events", 1);
  private static final LedgerIdentity KAFKA = new LedgerIdentity("k", Map.of("events", "t"));
  private static final StructType WORDS =
      new StructType().add("word", DataTypes.StringType).add("n", DataTypes.LongType);

  @TempDir Path etc;
  private final S3Stub stub = new S3Stub();
  private Settings settings;

  @BeforeEach
  void mount() {
    Secrets.mount(etc, "user", "password");
    settings = new Jobs(stub.endpoint(), "streams").job("a", "a");
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
    stub.close();
  }

  private ObjectLedger opened(long epoch) {
    ObjectLedger ledger = new ObjectLedger(settings);
    ledger.takeEpoch("j", epoch, 1);
    ledger.open("j", epoch, KAFKA, Map.of(P0, 5L, P1, 0L));
    return ledger;
  }

  @Test
  void offsetsAreKeptAndNewPartitionsBegin() {
    ObjectLedger ledger = opened(1);
    ledger.move("j", 1, Map.of(P0, 9L));
    ledger.takeEpoch("j", 2, 1);
    Partition added = new Partition("events", 2);
    assertThat(ledger.open("j", 2, KAFKA, Map.of(P0, 0L, added, 3L)).until())
        .isEqualTo(Map.of(P0, 9L, P1, 0L, added, 3L));
    assertThat(ledger.read("another")).map(state -> state.until().size()).contains(0);
  }

  @Test
  void aRunWhoseEpochWasTakenMovesNothing() {
    ObjectLedger old = opened(1);
    opened(2);
    Trouble fenced = catchThrowableOfType(Trouble.class, () -> old.move("j", 1, Map.of(P0, 9L)));
    assertThat(fenced.reason()).isEqualTo(Reason.Fenced);
    assertThat(catchThrowableOfType(Trouble.class, () -> old.takeEpoch("j", 2, 1)).reason())
        .isEqualTo(Reason.Fenced);
    assertThat(old.read("j").orElseThrow().until()).containsEntry(P0, 5L);
  }

  @Test
  void aLedgerOfBeforeARunIsNotMovedByIt() {
    ObjectLedger ledger = opened(1);
    Trouble back = catchThrowableOfType(Trouble.class, () -> ledger.move("j", 2, Map.of(P0, 9L)));
    assertThat(back.reason()).isEqualTo(Reason.LedgerWentBack);
    assertThat(ledger.read("j").orElseThrow().until()).containsEntry(P0, 5L);
  }

  @Test
  void aMoveWhoseAnswerWasLostIsDoneOnce() {
    ObjectLedger ledger = opened(1);
    stub.losesTheFirstAnswerTo("PUT");
    ledger.move("j", 1, Map.of(P0, 9L));
    assertThat(ledger.read("j").orElseThrow().until()).containsEntry(P0, 9L);
  }

  @Test
  void itGoesOnAfterWhatIsSkippedAndKeepsIt() {
    ObjectLedger ledger = opened(1);
    stub.losesTheFirstAnswerTo("PUT");
    List<Skipped> gone = List.of(new Skipped(P0, 5, 12));
    assertThat(ledger.skip("j", 1, gone).until()).isEqualTo(Map.of(P0, 12L, P1, 0L));
    assertThat(ledger.takeEpoch("j", 2, 1).skipped()).isEqualTo(gone);
    assertThat(catchThrowableOfType(Trouble.class, () -> ledger.skip("j", 1, gone)).reason())
        .isEqualTo(Reason.Fenced);
    assertThat(ledger.seal("j", 3).orElseThrow().skipped()).isEqualTo(gone);
  }

  @Test
  void itIsHandedOverAndTakenBack() {
    ObjectLedger ledger = opened(1);
    ledger.move("j", 1, Map.of(P0, 9L));
    Position sealed = ledger.seal("j", 2).orElseThrow();
    assertThat(sealed).isEqualTo(new Position(KAFKA, Map.of(P0, 9L, P1, 0L), List.of()));
    assertThat(ledger.seal("j", 3)).as("once more").contains(sealed);
    assertThat(catchThrowableOfType(Trouble.class, () -> ledger.move("j", 1, Map.of())).reason())
        .isEqualTo(Reason.Fenced);
    assertThat(catchThrowableOfType(Trouble.class, () -> ledger.takeEpoch("j", 3, 1)).reason())
        .isEqualTo(Reason.LedgerSealed);
    Position elsewhere = new Position(KAFKA, Map.of(P0, 20L, P1, 4L), List.of());
    assertThat(ledger.takeOver("j", 5, 2, elsewhere).until()).isEqualTo(elsewhere.until());
    assertThat(catchThrowableOfType(Trouble.class, () -> ledger.seal("j", 5)).reason())
        .isEqualTo(Reason.Fenced);
    ledger.move("j", 5, Map.of(P1, 6L));
    assertThat(ledger.seal("another", 9)).isEmpty();
  }

  @Test
  void anotherTopicOfTheSameNameIsRefused() {
    ObjectLedger ledger = opened(1);
    ledger.takeEpoch("j", 2, 1);
    Trouble trouble =
        catchThrowableOfType(
            Trouble.class,
            () -> ledger.open("j", 2, new LedgerIdentity("k", Map.of("events", "u")), Map.of()));
    assertThat(trouble.reason()).isEqualTo(Reason.TopicRecreated);
    assertThat(trouble).hasMessageContaining("_tidemark/ledger.json");
  }

  @Test
  void aBatchIsPrintedAndThenNotAgain() {
    ObjectLedger ledger = opened(1);
    LogSink sink = new LogSink(settings, "j", 1, WORDS);
    sink.open();
    Staged staged =
        sink.stage(1_000, new Part(1, 1, 7), List.of(row("a\"b", 3L), row(null, 1L)).iterator());
    List<PartitionRange> ranges =
        List.of(new PartitionRange(P0, 5, 8), new PartitionRange(P1, 0, 0));
    assertThat(printed(() -> assertThat(sink.commit(1_000, List.of(staged), ranges)).isTrue()))
        .isEqualTo(
            """
            -- batch 1970-01-01T00:00:01Z, rows: 2
            {"word":"a\\"b","n":3}
            {"word":null,"n":1}
            """);
    assertThat(ledger.read("j").orElseThrow().until()).isEqualTo(Map.of(P0, 8L, P1, 0L));
    assertThat(printed(() -> assertThat(sink.commit(1_000, List.of(staged), ranges)).isFalse()))
        .isEmpty();
    List<PartitionRange> gap = List.of(new PartitionRange(P0, 9, 10));
    assertThat(
            printed(
                () ->
                    assertThat(
                            catchThrowableOfType(
                                    Trouble.class, () -> sink.commit(2_000, List.of(staged), gap))
                                .reason())
                        .isEqualTo(Reason.OffsetGap)))
        .isEmpty();
  }

  @Test
  void whatIsTooMuchIsCountedInsteadOfPrinted() {
    opened(1);
    LogSink sink = new LogSink(settings, "j", 1, WORDS);
    Staged staged =
        sink.stage(
            1_000,
            new Part(1, 1, 7),
            java.util.stream.Stream.generate(() -> row("w", 1L)).limit(1_003).iterator());
    assertThat(
            printed(
                () -> sink.commit(1_000, List.of(staged), List.of(new PartitionRange(P0, 5, 6)))))
        .endsWith("-- and 3 more that are not printed\n")
        .hasLineCount(1_002);
  }

  private static InternalRow row(String word, long count) {
    return new GenericInternalRow(new Object[] {UTF8String.fromString(word), count});
  }

  private static String printed(Runnable work) {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      work.run();
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
