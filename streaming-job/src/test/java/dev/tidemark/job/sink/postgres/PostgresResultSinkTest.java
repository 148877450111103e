package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.postgres.ResultStage.ranges;
import static dev.tidemark.job.sink.postgres.ResultStage.row;
import static dev.tidemark.job.sink.postgres.ResultStage.stage;
import static dev.tidemark.job.sink.postgres.ResultStage.trouble;
import static dev.tidemark.job.sink.postgres.ResultStage.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Staged;
import java.util.List;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PostgresResultSinkTest {

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();

  @Test
  void appendedResultsAndLedgerMoveTogether() {
    ResultStage stage = ResultStage.appending(postgres);
    PostgresResultSink sink = stage.opened();
    Staged a = stage(sink, 1, 1, row("a", 1L), row("b", 2L));
    Staged b = stage(sink, 1, 2, row("c", 3L));
    Staged none = stage(sink, 1, 3);
    assertThat(List.of(a, b, none))
        .containsExactly(new Staged(1, 2), new Staged(2, 1), new Staged(3, 0));
    assertThat(stage.rows()).isEmpty();
    assertThat(stage.ledger()).isEqualTo("0,0");
    assertThat(sink.commit(1, List.of(a, b, none), ranges(0, 3, 0, 4))).isTrue();
    assertThat(stage.rows()).containsExactly("a=1", "b=2", "c=3");
    assertThat(stage.ledger()).isEqualTo("3,4");
    assertThat(write(sink, 2, ranges(3, 4, 4, 4), row("a", 1L))).isTrue();
    assertThat(stage.rows()).containsExactly("a=1", "a=1", "b=2", "c=3");
  }

  @Test
  void aLaterResultOfAKeyReplacesTheEarlierOne() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 3, 0, 0), row("a", 1L), row(null, 2L), row("", 5L));
    write(sink, 2, ranges(3, 4, 0, 2), row(null, 7L), row("b", 1L), row("tab\there", 1L));
    assertThat(stage.rows()).containsExactly("=5", "NULL=7", "a=1", "b=1", "tab\there=1");
    assertThat(stage.ledger()).isEqualTo("4,2");
  }

  @Test
  void oneTotalHasOneRow() {
    StructType total = new StructType().add("n", DataTypes.LongType, false);
    ResultStage stage =
        new ResultStage(postgres, ResultStage.jdbc(postgres, "Upsert", true), total, List.of());
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 1, 0, 0), row(1L));
    write(sink, 2, ranges(1, 9, 0, 0), row(9L));
    assertThat(postgres.list("SELECT n FROM results")).containsExactly("9");
  }

  @Test
  void resultsThatAreNothingButKeysAreWrittenOnce() {
    StructType words = new StructType().add("word", DataTypes.StringType, true);
    ResultStage stage =
        new ResultStage(
            postgres, ResultStage.jdbc(postgres, "Upsert", true), words, List.of("word"));
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 1, 0, 0), row("a"), row((Object) null));
    assertThat(write(sink, 2, ranges(1, 9, 0, 0), row("a"), row("b"), row((Object) null))).isTrue();
    assertThat(postgres.list("SELECT word FROM results ORDER BY 1"))
        .containsExactly("a", "b", null);
    assertThat(stage.ledger()).isEqualTo("9,0");
  }

  @Test
  void columnsMayHaveAnyNameAndOrder() {
    postgres.run(
        "CREATE TABLE results (extra text DEFAULT 'x', \"attempt\" bigint, \"The \"\"Key\"\"\" text NOT NULL, batch bigint,"
            + " PRIMARY KEY (batch, \"The \"\"Key\"\"\"))");
    StructType schema =
        new StructType()
            .add("the \"key\"", DataTypes.StringType)
            .add("batch", DataTypes.LongType)
            .add("ATTEMPT", DataTypes.LongType);
    ResultStage stage =
        new ResultStage(
            postgres,
            ResultStage.jdbc(postgres, "Upsert", false),
            schema,
            List.of("the \"key\"", "batch"));
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 1, 0, 0), row("k", 7L, 1L));
    write(sink, 2, ranges(1, 2, 0, 0), row("k", 7L, 2L), row("k", 8L, 3L));
    assertThat(postgres.list("SELECT batch || ' ' || attempt || extra FROM results ORDER BY 1"))
        .containsExactly("7 2x", "8 3x");
  }

  @Test
  void aBatchTheLedgerHoldsIsNotMergedAgain() {
    ResultStage stage = ResultStage.appending(postgres);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 3, 0, 0), row("a", 1L));
    assertThat(write(sink, 2, ranges(0, 3, 0, 0), row("a", 1L))).isFalse();
    assertThat(write(sink, 3, ranges(0, 2, 0, 0), row("a", 1L))).isFalse();
    assertThat(stage.rows()).containsExactly("a=1");
    assertThat(stage.ledger()).isEqualTo("3,0");
    assertThat(write(sink, 4, ranges(3, 3, 0, 1), row("b", 1L))).isTrue();
    assertThat(stage.rows()).containsExactly("a=1", "b=1");
  }

  @Test
  void aBatchThatDoesNotBeginAtTheLedgerIsRefused() {
    ResultStage stage = ResultStage.appending(postgres);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 5, 0, 5), row("a", 1L));
    Trouble gap = trouble(() -> write(sink, 2, ranges(5, 6, 6, 7), row("b", 1L)));
    assertThat(gap.reason()).isEqualTo(Reason.OffsetGap);
    assertThat(gap.getMessage()).contains("events-1 begins at offset 6").contains("ends at 5");
    Trouble straddles = trouble(() -> write(sink, 3, ranges(5, 6, 4, 7), row("b", 1L)));
    assertThat(straddles.reason()).isEqualTo(Reason.CheckpointDiverged);
    assertThat(straddles.getMessage()).contains("4 to 7 of events-1").contains("stands at 5");
    // Half of the batch is before the ledger and half after it, though no range straddles it.
    Trouble mixed = trouble(() -> write(sink, 4, ranges(5, 6, 3, 5), row("b", 1L)));
    assertThat(mixed.reason()).isEqualTo(Reason.CheckpointDiverged);
    assertThat(mixed.getMessage()).contains("events-1");
    Trouble unknown =
        trouble(
            () ->
                sink.commit(
                    5,
                    List.of(),
                    List.of(
                        new PartitionRange(
                            new dev.tidemark.job.ledger.LedgerState.Partition("x", 0), 0, 1))));
    assertThat(unknown.reason()).isEqualTo(Reason.OffsetGap);
    assertThat(stage.rows()).containsExactly("a=1");
    assertThat(stage.ledger()).isEqualTo("5,5");
    assertThat(write(sink, 6, ranges(5, 6, 5, 5), row("b", 1L))).isTrue();
  }

  @Test
  void aBatchWithoutResultsMovesTheLedger() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    assertThat(sink.commit(1, List.of(new Staged(1, 0)), ranges(0, 3, 0, 1))).isTrue();
    assertThat(stage.ledger()).isEqualTo("3,1");
    assertThat(sink.commit(1, List.of(), ranges(0, 3, 0, 1))).isFalse();
  }

  @Test
  void resultsOfTimeNeedNoRecords() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 3, 0, 1), row("a", 1L));
    assertThat(write(sink, 2, ranges(3, 3, 1, 1), row("a", 2L), row("b", 1L))).isTrue();
    assertThat(write(sink, 3, ranges(3, 3, 1, 1), row("a", 2L), row("b", 1L))).isTrue();
    assertThat(stage.rows()).containsExactly("a=2", "b=1");
    assertThat(stage.ledger()).isEqualTo("3,1");
    PostgresResultSink appending =
        new ResultStage(
                postgres,
                ResultStage.jdbc(postgres, "Append", false),
                ResultStage.WORDS,
                ResultStage.BY_WORD)
            .opened();
    assertThatThrownBy(() -> write(appending, 1, ranges(0, 0, 0, 0), row("c", 1L)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void onlyTheCurrentEpochCommitsAndItDropsWhatEarlierOnesStaged() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink first = stage.opened();
    Staged staged = stage(first, 1, 1, row("old", 1L));
    stage.epoch(2);
    assertThat(trouble(() -> first.commit(1, List.of(staged), ranges(0, 1, 0, 0))).reason())
        .isEqualTo(Reason.Fenced);
    assertThat(trouble(() -> stage.sink(1).open()).reason()).isEqualTo(Reason.Fenced);
    assertThat(trouble(() -> stage.sink(3).open()).reason()).isEqualTo(Reason.LedgerWentBack);
    ResultStage other = ResultStage.upserting(postgres);
    other.opened();
    PostgresResultSink second = stage.sink(2);
    second.open();
    assertThat(stage.stagingTables())
        .containsExactlyInAnyOrder(stage.stagingTable(2), other.stagingTable(1));
    assertThat(trouble(() -> stage(first, 2, 2, row("old", 1L))).reason()).isEqualTo(Reason.Fenced);
    assertThat(stage.rows()).isEmpty();
    assertThat(write(second, 2, ranges(0, 1, 0, 0), row("new", 1L))).isTrue();
    assertThat(stage.rows()).containsExactly("new=1");
  }

  @Test
  void aSealedOrForgottenLedgerTakesNothing() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    postgres.run("UPDATE tidemark_jobs SET state = 'sealed'");
    assertThat(trouble(() -> write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L))).reason())
        .isEqualTo(Reason.LedgerSealed);
    postgres.run("DELETE FROM tidemark_jobs");
    assertThat(trouble(() -> write(sink, 2, ranges(0, 1, 0, 0), row("a", 1L))).reason())
        .isEqualTo(Reason.LedgerWentBack);
    postgres.run("DROP TABLE tidemark_jobs");
    assertThat(trouble(() -> write(sink, 3, ranges(0, 1, 0, 0), row("a", 1L))).reason())
        .isEqualTo(Reason.LedgerWentBack);
    assertThat(stage.rows()).isEmpty();
  }

  @Test
  void theSettingsOfTheJobSayWhereResultsGo() {
    Settings.Jdbc jdbc = ResultStage.jdbc(postgres, "Upsert", true);
    Settings settings =
        new Settings(
            1,
            null,
            1,
            1,
            null,
            null,
            new Settings.Definition(
                null, 1000, null, null, null, null, new Settings.Sink(jdbc, null, null), null),
            null,
            null,
            null);
    ResultStage stage =
        new ResultStage(postgres, jdbc, ResultStage.WORDS, ResultStage.BY_WORD).epoch(1);
    PostgresResultSink sink =
        new PostgresResultSink(settings, stage.job, 1, ResultStage.WORDS, ResultStage.BY_WORD);
    sink.open();
    write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L));
    assertThat(stage.rows()).containsExactly("a=1");
  }
}
