package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.EventRecords.range;
import static dev.tidemark.job.sink.EventRecords.record;
import static dev.tidemark.job.sink.EventRecords.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.sink.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresRowSinkTest {

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();
  private final SinkStage stage = SinkStage.of(postgres);

  private static Trouble trouble(Runnable work) {
    return catchThrowableOfType(Trouble.class, work::run);
  }

  private static List<String> values(long from, long until) {
    return LongStream.range(from, until).mapToObj(o -> "v" + o).toList();
  }

  @Test
  void rowsAndLedgerMoveTogether() {
    PostgresRowSink sink = stage.epoch(1, 10).sink(1, "value != 'v12'", List.of("value"));
    assertThat(stage.write(sink, 10, 15)).isEqualTo(new Written(5, 4, false));
    assertThat(stage.values()).containsExactly("v10", "v11", "v13", "v14");
    assertThat(stage.until()).isEqualTo(15);
    assertThat(stage.write(sink, 15, 16)).isEqualTo(new Written(1, 1, false));
  }

  @Test
  void aRangeWithoutRowsStillMovesTheLedger() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1, "false", null);
    assertThat(stage.write(sink, 0, 5)).isEqualTo(new Written(5, 0, false));
    assertThat(sink.write(range(5, 9), new ArrayList<ConsumerRecord<byte[], byte[]>>().iterator()))
        .isEqualTo(new Written(0, 0, false));
    assertThat(stage.until()).isEqualTo(9);
  }

  @Test
  void anEmptyRangeDoesNothingAtAll() {
    assertThat(stage.sink(99).write(range(7, 7), null)).isEqualTo(new Written(0, 0, true));
  }

  @Test
  void whatIsBeforeTheLedgerIsSkippedAndAnOverlapWrittenOnce() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    stage.write(sink, 0, 10);
    assertThat(stage.write(sink, 0, 10)).isEqualTo(new Written(0, 0, true));
    assertThat(stage.write(sink, 3, 8)).isEqualTo(new Written(0, 0, true));
    assertThat(stage.write(sink, 5, 13)).isEqualTo(new Written(3, 3, false));
    assertThat(stage.values()).isEqualTo(values(0, 13));
  }

  @Test
  void aGapIsRefusedAndNothingIsWritten() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    assertThat(trouble(() -> stage.write(sink, 1, 5)).reason()).isEqualTo(Reason.OffsetGap);
    assertThat(stage.values()).isEmpty();
    assertThat(stage.until()).isZero();
    assertThat(
            trouble(
                    () ->
                        sink.write(
                            new PartitionRange(
                                new dev.tidemark.job.ledger.LedgerState.Partition("x", 1), 0, 1),
                            null))
                .reason())
        .isEqualTo(Reason.OffsetGap);
  }

  @Test
  void onlyTheCurrentEpochWrites() {
    PostgresRowSink first = stage.epoch(1, 0).sink(1);
    stage.write(first, 0, 2);
    stage.epoch(2, 0);
    assertThat(trouble(() -> stage.write(first, 2, 4)).reason()).isEqualTo(Reason.Fenced);
    assertThat(trouble(() -> stage.write(stage.sink(3), 2, 4)).reason())
        .isEqualTo(Reason.LedgerWentBack);
    stage.write(stage.sink(2), 2, 4);
    assertThat(stage.values()).isEqualTo(values(0, 4));
  }

  @Test
  void aSealedOrForgottenLedgerTakesNothing() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    postgres.run("UPDATE tidemark_jobs SET state = 'sealed'");
    assertThat(trouble(() -> stage.write(sink, 0, 4)).reason()).isEqualTo(Reason.LedgerSealed);
    postgres.run("DELETE FROM tidemark_jobs");
    assertThat(trouble(() -> stage.write(sink, 0, 4)).reason()).isEqualTo(Reason.LedgerWentBack);
    assertThat(stage.values()).isEmpty();
  }

  @Test
  void textArrivesAsItIs() {
    List<String> texts =
        List.of(
            "tab\there",
            "line\nbreak",
            "\r\n",
            "back\\slash",
            "\\.",
            "\\N",
            "",
            " ",
            "'quoted' \"twice\"",
            "日本 🎉 ñ",
            "\u0001\u001f\u007f",
            "\\x41",
            "a\\tb",
            "%_$1",
            "\\");
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    sink.write(range(0, texts.size()), records(0, texts.size(), o -> texts.get((int) o), o -> {}));
    assertThat(postgres.list("SELECT value FROM results")).containsExactlyElementsOf(texts);
  }

  @Test
  void aTombstoneIsNull() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    sink.write(range(0, 2), List.of(record(0, null), record(1, "x")).iterator());
    assertThat(postgres.one("SELECT count(*) FROM results WHERE value IS NULL")).isEqualTo("1");
  }

  @Test
  void aLargeRangeIsStreamedInChunks() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    String big = "x".repeat(1000);
    sink.write(range(0, 20_000), records(0, 20_000, o -> big + o, o -> {}));
    assertThat(postgres.one("SELECT count(*) || ' ' || sum(length(value)) FROM results"))
        .isEqualTo("20000 20088890");
  }

  @Test
  void aRefusedRowIsNamedByItsOffsetAndNothingIsWritten() {
    postgres.run(
        "ALTER TABLE results ADD CONSTRAINT short CHECK (length(value) < 5), ADD UNIQUE (value)");
    PostgresRowSink sink =
        stage
            .epoch(1, 95)
            .sink(
                1, "value NOT LIKE '%7'", List.of("explode(array(value, value || 'x')) AS value"));
    Trouble refused = trouble(() -> stage.write(sink, 95, 105));
    assertThat(refused.reason()).isEqualTo(Reason.SinkRejectedRow);
    assertThat(refused.getMessage())
        .contains("events-0, offset 100")
        .contains("\"short\"")
        .contains("23514");
    assertThat(stage.values()).isEmpty();
    assertThat(stage.until()).isEqualTo(95);
    PostgresRowSink same = stage.sink(1, null, List.of("'same' AS value"));
    assertThat(trouble(() -> stage.write(same, 95, 105)).getMessage())
        .contains("offset 96")
        .contains("23505")
        .doesNotContain("(value)=(same)");
  }

  @Test
  void aZeroCharacterIsARefusedRowWithAdvice() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    Trouble refused =
        trouble(
            () -> sink.write(range(0, 3), records(0, 3, o -> o == 2 ? "a\u0000b" : "ok", o -> {})));
    assertThat(refused.reason()).isEqualTo(Reason.SinkRejectedRow);
    assertThat(refused.getMessage()).contains("offset 2").contains("character 0");
  }

  @Test
  void aConstraintCheckedAtCommitIsARefusedRowToo() {
    postgres.run(
        "ALTER TABLE results ADD CONSTRAINT once UNIQUE (value) DEFERRABLE INITIALLY DEFERRED");
    PostgresRowSink sink = stage.epoch(1, 0).sink(1, null, List.of("'same' AS value"));
    Trouble refused = trouble(() -> stage.write(sink, 0, 3));
    assertThat(refused.reason()).isEqualTo(Reason.SinkRejectedRow);
    assertThat(refused.getMessage()).contains("offsets 0 to 2");
    assertThat(stage.until()).isZero();
  }

  @Test
  void anExpressionThatFailsWritesNothing() {
    PostgresRowSink sink =
        stage
            .epoch(1, 0)
            .sink(1, null, List.of("element_at(array(value), CAST(offset - 3 AS INT)) AS value"));
    Trouble failed = trouble(() -> stage.write(sink, 2, 5));
    assertThat(failed.reason()).isEqualTo(Reason.OffsetGap);
    failed = trouble(() -> stage.write(sink, 0, 5));
    assertThat(failed.reason()).isEqualTo(Reason.InvalidSelect);
    assertThat(failed.getMessage()).contains("offset 3");
    assertThat(stage.values()).isEmpty();
    assertThat(stage.until()).isZero();
  }

  @Test
  void recordsOutsideTheRangeAreAFaultOfTheReader() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> sink.write(range(0, 3), records(0, 4)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(stage.values()).isEmpty();
    assertThat(stage.write(sink, 0, 3).rows()).isEqualTo(3);
  }

  @Test
  void aTableChangedUnderTheJobIsLookedAtAgain() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    stage.write(sink, 0, 1);
    postgres.run("ALTER TABLE results RENAME COLUMN value TO other");
    assertThat(trouble(() -> stage.write(sink, 1, 2)).reason()).isEqualTo(Reason.SinkTableMismatch);
    postgres.run("ALTER TABLE results RENAME COLUMN other TO value");
    assertThat(stage.write(sink, 1, 2).rows()).isEqualTo(1);
    postgres.run("DROP TABLE results");
    assertThat(trouble(() -> stage.write(sink, 2, 3)).reason()).isEqualTo(Reason.SinkTableMissing);
    postgres.run("CREATE TABLE results (value text)");
    assertThat(stage.write(sink, 2, 3).rows()).isEqualTo(1);
  }

  /** Any order of ranges and epochs gives what an independent model of the rules gives. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void randomHistoriesEqualTheModel(long seed) {
    Random random = new Random(seed);
    List<String> expected = new ArrayList<>();
    long until = 0;
    long epoch = 1;
    stage.epoch(epoch, 0);
    for (int step = 0; step < 60; step++) {
      long from = Math.max(0, until + random.nextInt(-6, 3));
      long to = from + random.nextInt(0, 8);
      long writer = random.nextInt(8) == 0 ? epoch - 1 : epoch;
      if (random.nextInt(10) == 0) {
        stage.epoch(++epoch, 0);
      }
      String outcome;
      try {
        Written written = stage.write(stage.sink(writer), from, to);
        outcome = written.skipped() ? "skipped" : "wrote " + written.rows();
      } catch (Trouble e) {
        outcome = e.reason().name();
      }
      String wanted =
          from == to
              ? "skipped"
              : writer != epoch
                  ? "Fenced"
                  : to <= until ? "skipped" : from > until ? "OffsetGap" : "wrote " + (to - until);
      assertThat(outcome)
          .as("seed %d step %d [%d, %d) ledger %d", seed, step, from, to, until)
          .isEqualTo(wanted);
      if (wanted.startsWith("wrote")) {
        expected.addAll(values(until, to));
        until = to;
      }
      assertThat(stage.until()).isEqualTo(until);
    }
    assertThat(stage.values()).isEqualTo(expected);
  }
}
