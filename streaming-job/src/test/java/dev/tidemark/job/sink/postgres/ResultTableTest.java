package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.postgres.ResultStage.ranges;
import static dev.tidemark.job.sink.postgres.ResultStage.row;
import static dev.tidemark.job.sink.postgres.ResultStage.trouble;
import static dev.tidemark.job.sink.postgres.ResultStage.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which table can hold results, and which of them can replace each other there. */
class ResultTableTest {

  private static final String RESULTS = "CREATE TABLE results (word text, n bigint)";

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();

  private ResultStage upserting() {
    return new ResultStage(
        postgres,
        ResultStage.jdbc(postgres, "Upsert", false),
        ResultStage.WORDS,
        ResultStage.BY_WORD);
  }

  /** What a check run says, which must be what the driver says at its start. */
  private Trouble refused() {
    return refused(ResultStage.WORDS, ResultStage.BY_WORD);
  }

  private Trouble refused(StructType schema, List<String> keys) {
    Settings.Jdbc jdbc = ResultStage.jdbc(postgres, "Upsert", false);
    Trouble checked = trouble(() -> SinkCheck.results(jdbc, schema, keys));
    Trouble opened = trouble(() -> new ResultStage(postgres, jdbc, schema, keys).opened());
    assertThat(opened == null ? null : opened.getMessage())
        .isEqualTo(checked == null ? null : checked.getMessage());
    return checked;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CREATE UNIQUE INDEX i ON results (word) NULLS NOT DISTINCT|",
        "CREATE UNIQUE INDEX i ON results (word) INCLUDE (n) NULLS NOT DISTINCT|",
        "ALTER TABLE results ADD UNIQUE NULLS NOT DISTINCT (word)|",
        "ALTER TABLE results ADD PRIMARY KEY (word)|",
        "ALTER TABLE results ALTER word SET NOT NULL, ADD UNIQUE (word)|",
        "CREATE UNIQUE INDEX i ON results (word)|two NULLs are different",
        "CREATE INDEX i ON results (word)|no unique index",
        "CREATE UNIQUE INDEX i ON results (word, n)|no unique index",
        "CREATE UNIQUE INDEX i ON results (n)|no unique index",
        "CREATE UNIQUE INDEX i ON results (lower(word))|no unique index",
        "CREATE UNIQUE INDEX i ON results ((true))|no unique index",
        "CREATE UNIQUE INDEX i ON results (word) NULLS NOT DISTINCT WHERE n > 0|no unique index",
        "ALTER TABLE results ADD UNIQUE NULLS NOT DISTINCT (word) DEFERRABLE|deferrable unique constraint",
        "CREATE UNIQUE INDEX i ON results (word COLLATE blind) NULLS NOT DISTINCT|different texts for the same"
      })
  void onlyAUniqueIndexOverExactlyTheKeyWillDo(String statement, String fault) {
    postgres.run(
        "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        RESULTS,
        statement);
    Trouble refused = refused();
    if (fault == null) {
      assertThat(refused).isNull();
    } else {
      assertThat(refused.reason()).isEqualTo(Reason.SinkTableMismatch);
      assertThat(refused.getMessage()).contains("public.results").contains(fault);
    }
  }

  @Test
  void theStatementOfARefusalHelps() {
    postgres.run(RESULTS, "CREATE UNIQUE INDEX i ON results (word)");
    String message = refused().getMessage();
    postgres.run(message.substring(message.indexOf("CREATE UNIQUE INDEX")));
    PostgresResultSink sink = upserting().opened();
    write(sink, 1, ranges(0, 1, 0, 0), row(null, 1L));
    write(sink, 2, ranges(1, 2, 0, 0), row(null, 2L));
    assertThat(postgres.list("SELECT n FROM results")).containsExactly("2");
  }

  @Test
  void aTotalNeedsAnIndexOverAConstant() {
    StructType total = new StructType().add("n", DataTypes.LongType, false);
    postgres.run("CREATE TABLE results (n bigint)", "CREATE UNIQUE INDEX i ON results (n)");
    String message = refused(total, List.of()).getMessage();
    assertThat(message).contains("CREATE UNIQUE INDEX ON \"public\".\"results\" ((true));");
    postgres.run(message.substring(message.indexOf("CREATE UNIQUE INDEX")));
    assertThat(refused(total, List.of())).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "text,yes",
    "varchar(40),yes",
    "mood,yes",
    "label,yes",
    "char(5),no",
    "uuid,no",
    "blind,no"
  })
  void aKeyMustBeToldApartByTheTableAsByTheJob(String type, String verdict) {
    postgres.run(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE DOMAIN label AS text CHECK (length(value) < 9)",
        "CREATE DOMAIN blind AS char(7)",
        "CREATE TABLE results (word " + type + " PRIMARY KEY, n bigint)");
    Trouble refused = refused();
    assertThat(refused == null ? "yes" : refused.reason().name())
        .isEqualTo(verdict.equals("yes") ? "yes" : "SinkTableMismatch");
    if (refused != null) {
      assertThat(refused.getMessage()).contains("column word").contains("make it text");
    }
  }

  @Test
  void aCreatedTableHasItsKey() {
    StructType schema =
        new StructType()
            .add("word", DataTypes.StringType, true)
            .add("window_start", DataTypes.TimestampType, false)
            .add("n", DataTypes.LongType, false)
            .add("is_final", DataTypes.BooleanType, false);
    List<String> keys = List.of("word", "window_start");
    Settings.Jdbc jdbc = ResultStage.jdbc(postgres, "Upsert", true);
    SinkCheck.results(jdbc, schema, keys);
    assertThat(postgres.one("SELECT to_regclass('results')")).isNull();
    ResultStage stage = new ResultStage(postgres, jdbc, schema, keys);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 1, 0, 0), row(null, 60_000_000L, 1L, false));
    write(sink, 2, ranges(1, 2, 0, 0), row(null, 60_000_000L, 2L, true));
    assertThat(postgres.list("SELECT window_start || ' ' || n || is_final FROM results"))
        .containsExactly("1970-01-01 00:01:00+00 2true");
    SinkCheck.results(ResultStage.jdbc(postgres, "Upsert", false), schema, keys);
    stage.epoch(2).sink(2).open();
    assertThat(postgres.one("SELECT count(*) FROM pg_index WHERE indrelid = 'results'::regclass"))
        .isEqualTo("1");
  }

  @Test
  void aMissingTableComesWithItsStatements() {
    Trouble missing = refused();
    assertThat(missing.reason()).isEqualTo(Reason.SinkTableMissing);
    String message = missing.getMessage();
    postgres.run(message.substring(message.indexOf("CREATE TABLE")));
    assertThat(refused()).isNull();
    assertThat(
            trouble(
                    () ->
                        SinkCheck.results(
                            new Settings.Jdbc(postgres.url(), "no.where", true, "Upsert"),
                            ResultStage.WORDS,
                            ResultStage.BY_WORD))
                .reason())
        .isEqualTo(Reason.SinkTableMissing);
  }

  @Test
  void appendedResultsNeedNoKey() {
    postgres.run(RESULTS);
    Settings.Jdbc jdbc = ResultStage.jdbc(postgres, "Append", false);
    SinkCheck.results(jdbc, ResultStage.WORDS, ResultStage.BY_WORD);
    postgres.run("ALTER TABLE results DROP COLUMN n");
    assertThat(
            trouble(() -> SinkCheck.results(jdbc, ResultStage.WORDS, ResultStage.BY_WORD))
                .getMessage())
        .contains("has no column n");
  }

  /** Each refusal carries the statement after which the next one is met, until all is granted. */
  @Test
  void missingRightsAreNamedOneAfterTheOther() {
    String role = "weak_" + postgres.one("SELECT current_database()");
    postgres.run(
        RESULTS,
        "CREATE UNIQUE INDEX i ON results (word) NULLS NOT DISTINCT",
        "CREATE ROLE " + role + " LOGIN");
    Settings.Jdbc jdbc =
        new Settings.Jdbc(postgres.url(postgres.port(), role), "results", false, "Upsert");
    ResultStage stage = new ResultStage(postgres, jdbc, ResultStage.WORDS, ResultStage.BY_WORD);
    Trouble insert = checked(jdbc);
    assertThat(insert.reason()).isEqualTo(Reason.SinkPermissionDenied);
    postgres.run("GRANT INSERT ON results TO " + role);
    Trouble update = checked(jdbc);
    assertThat(update.reason()).isEqualTo(Reason.SinkPermissionDenied);
    assertThat(update.getMessage()).contains("columns word, n");
    run(update, "GRANT");
    Trouble ledger = checked(jdbc);
    assertThat(ledger.reason()).isEqualTo(Reason.LedgerPermissionDenied);
    run(ledger, "CREATE TABLE");
    Trouble staging = checked(jdbc);
    assertThat(staging.reason()).isEqualTo(Reason.LedgerPermissionDenied);
    assertThat(staging.getMessage()).contains("may not create tables in schema public");
    stage.epoch(1);
    PostgresResultSink sink = stage.sink(1);
    assertThat(trouble(sink::open).getMessage()).isEqualTo(staging.getMessage());
    run(staging, "GRANT");
    SinkCheck.results(jdbc, ResultStage.WORDS, ResultStage.BY_WORD);
    sink.open();
    assertThat(write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L))).isTrue();
    assertThat(write(sink, 2, ranges(1, 2, 0, 0), row("a", 2L))).isTrue();
    assertThat(stage.rows()).containsExactly("a=2");
    postgres.run("REVOKE UPDATE ON results FROM " + role);
    assertThat(trouble(() -> write(sink, 3, ranges(2, 3, 0, 0), row("a", 3L))).getMessage())
        .isEqualTo(update.getMessage());
  }

  private Trouble checked(Settings.Jdbc jdbc) {
    return trouble(() -> SinkCheck.results(jdbc, ResultStage.WORDS, ResultStage.BY_WORD));
  }

  private void run(Trouble refusal, String from) {
    postgres.run(refusal.getMessage().substring(refusal.getMessage().indexOf(from)));
  }

  @Test
  void aTableChangedBetweenBatchesIsLookedAtAgain() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L));
    postgres.run("ALTER TABLE results RENAME COLUMN n TO m");
    Trouble renamed = trouble(() -> write(sink, 2, ranges(1, 2, 0, 0), row("a", 2L)));
    assertThat(renamed.reason()).isEqualTo(Reason.SinkTableMismatch);
    assertThat(renamed.getMessage()).contains("has no column n");
    postgres.run("ALTER TABLE results RENAME COLUMN m TO n", "DROP INDEX by_word");
    Trouble unkeyed = trouble(() -> write(sink, 3, ranges(1, 2, 0, 0), row("a", 2L)));
    assertThat(unkeyed.reason()).isEqualTo(Reason.SinkTableMismatch);
    assertThat(unkeyed.getMessage()).contains("CREATE UNIQUE INDEX");
    postgres.run("DROP TABLE results");
    assertThat(trouble(() -> write(sink, 4, ranges(1, 2, 0, 0), row("a", 2L))).reason())
        .isEqualTo(Reason.SinkTableMissing);
    ResultStage.upserting(postgres);
    assertThat(write(sink, 5, ranges(1, 2, 0, 0), row("a", 2L))).isTrue();
    assertThat(stage.rows()).containsExactly("a=2");
    postgres.run("DROP TABLE " + stage.stagingTable(1));
    Trouble gone = trouble(() -> write(sink, 6, ranges(2, 3, 0, 0), row("a", 3L)));
    assertThat(gone.reason()).isEqualTo(Reason.SinkUnavailable);
    assertThat(gone.getMessage()).contains(stage.stagingTable(1)).contains("dropped by somebody");
  }

  /** The column became blind to case after it had been looked at. */
  @Test
  void keysThatTheTableTakesForTheSameAreNotWritten() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    postgres.run(
        "CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "ALTER TABLE results ALTER word TYPE text COLLATE blind");
    Trouble same = trouble(() -> write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L), row("A", 1L)));
    assertThat(same.reason()).isEqualTo(Reason.SinkRejectedRow);
    assertThat(same.getMessage()).contains("same to the table results").contains("lower(...)");
    assertThat(stage.rows()).isEmpty();
    assertThat(stage.ledger()).isEqualTo("0,0");
  }

  @Test
  void aResultTheTableRefusesStopsTheBatch() {
    postgres.run("CREATE TABLE results (word varchar(3) PRIMARY KEY, n bigint CHECK (n < 5))");
    ResultStage stage = upserting();
    PostgresResultSink sink = stage.opened();
    List<InternalRow> refused =
        List.of(row("toolong", 1L), row(null, 1L), row("a", 7L), row("\u0000", 1L));
    for (int i = 0; i < refused.size(); i++) {
      long batch = i + 1L;
      InternalRow bad = refused.get(i);
      Trouble trouble = trouble(() -> write(sink, batch, ranges(0, 1, 0, 0), row("b", 1L), bad));
      assertThat(trouble.reason()).isEqualTo(Reason.SinkRejectedRow);
      assertThat(trouble.getMessage()).contains("a result of the batch of " + batch);
    }
    assertThat(stage.rows()).isEmpty();
    assertThat(write(sink, 9, ranges(0, 1, 0, 0), row("b", 1L))).isTrue();
  }
}
