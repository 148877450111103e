package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.EventRecords.range;
import static dev.tidemark.job.sink.EventRecords.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which table fits which select, and what its columns hold afterwards. */
class SinkTableTest {

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();

  private Settings.Jdbc creating(String table) {
    return postgres.jdbc(postgres.port(), "postgres", table, true);
  }

  private void write(Settings.Jdbc jdbc, List<String> select) {
    SinkStage stage = new SinkStage(postgres, jdbc);
    stage.epoch(1, 0).sink(1, null, select).write(range(0, 1), records(0, 1));
  }

  private Trouble refused(List<String> select) {
    return catchThrowableOfType(Trouble.class, () -> write(postgres.jdbc("t"), select));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'a'|text|a",
        "CAST(7 AS TINYINT)|smallint|7",
        "CAST(-32768 AS SMALLINT)|smallint|-32768",
        "CAST(2147483647 AS INT)|integer|2147483647",
        "-9223372036854775808|bigint|-9223372036854775808",
        "CAST(1.5 AS FLOAT)|real|1.5",
        "CAST(0.1 AS DOUBLE)|double precision|0.1",
        "CAST('NaN' AS DOUBLE)|double precision|NaN",
        "CAST('-Infinity' AS DOUBLE)|double precision|-Infinity",
        "CAST('12345678901234567890.123456789' AS DECIMAL(38,9))|numeric|12345678901234567890.123456789",
        "CAST('-0.5' AS DECIMAL(3,1))|numeric|-0.5",
        "true|boolean|true",
        "DATE '2024-02-29'|date|2024-02-29",
        "DATE '0001-01-01'|date|0001-01-01",
        "DATE '-0043-03-15'|date|0044-03-15 BC",
        "TIMESTAMP '2024-02-29 12:34:56.789012Z'|timestamp with time zone|2024-02-29 12:34:56.789012+00",
        "TIMESTAMP '1969-12-31 23:59:59.999999Z'|timestamp with time zone|1969-12-31 23:59:59.999999+00",
        "TIMESTAMP '2024-01-01 00:00:00+05:00'|timestamp with time zone|2023-12-31 19:00:00+00",
        "TIMESTAMP_NTZ '2024-02-29 12:34:56'|timestamp without time zone|2024-02-29 12:34:56",
        "X'00ff5c41'|bytea|\\x00ff5c41",
        "X''|bytea|\\x",
        "array(1, null)|jsonb|[1, null]",
        "named_struct('a', 1, 'b', CAST(null AS STRING))|jsonb|{\"a\": 1, \"b\": null}",
        "map('k', 'v')|jsonb|{\"k\": \"v\"}",
        "null|text|",
      })
  void aCreatedTableHoldsEveryType(String expression, String type, String held) {
    write(creating("Made"), List.of(expression + " AS x"));
    assertThat(postgres.one("SELECT x::text FROM made")).isEqualTo(held);
    String numeric = type.equals("numeric") ? "numeric%" : type;
    assertThat(
            postgres.one(
                "SELECT format_type(atttypid, atttypmod) LIKE '"
                    + numeric
                    + "' FROM pg_attribute WHERE attrelid = 'made'::regclass AND attname = 'x'"))
        .isEqualTo("t");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "value|varchar(20)|yes",
        "value|char(5)|yes",
        "value|uuid|refused",
        "'6b0c1c0e-0000-4000-8000-000000000000'|uuid|yes",
        "'{}'|jsonb|yes",
        "to_json(array(1))|json|yes",
        "value|integer|no",
        "value|bytea|no",
        "value|timestamptz|no",
        "offset|bigint|yes",
        "offset|integer|no",
        "offset|numeric|yes",
        "offset|text|no",
        "offset|numeric(19,0)|yes",
        "offset|numeric(10,0)|no",
        "partition|bigint|yes",
        "partition|smallint|no",
        "partition|double precision|yes",
        "partition|real|no",
        "timestamp|timestamptz|yes",
        "timestamp|timestamp|yes",
        "timestamp|date|no",
        "timestamp|timestamptz(6)|yes",
        "timestamp|timestamptz(3)|no",
        "timestamp|timestamp(0)|no",
        "value|name|no",
        "CAST(1 AS DECIMAL(10,2))|numeric(10,2)|yes",
        "CAST(1 AS DECIMAL(10,2))|numeric(12,4)|yes",
        "CAST(1 AS DECIMAL(10,2))|numeric(10,1)|no",
        "CAST(1 AS DECIMAL(10,2))|numeric(9,2)|no",
        "CAST(1 AS DECIMAL(10,2))|numeric|yes",
        "CAST(1 AS DECIMAL(10,2))|double precision|no",
        "CAST(1 AS DOUBLE)|real|no",
        "CAST(1 AS DOUBLE)|double precision|yes",
        "true|boolean|yes",
        "true|text|no",
        "headers|jsonb|yes",
        "headers|text|yes",
        "headers|integer|no",
        "'sad'|mood|yes",
        "'bad'|mood|refused",
        "5|small|yes",
        "value|small|no",
        "INTERVAL '1' DAY|interval|no",
        "DATE '2024-01-01'|date|yes",
        "null|integer|yes",
        "value|text[]|no"
      })
  void onlyWhatFitsWithoutLossIsAccepted(String expression, String type, String verdict) {
    postgres.run(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE DOMAIN small AS integer CHECK (value < 10)");
    postgres.run("CREATE TABLE t (x " + type + ")");
    Trouble trouble = refused(List.of(expression + " AS x"));
    Reason reason = trouble == null ? null : trouble.reason();
    assertThat(reason)
        .isEqualTo(
            switch (verdict) {
              case "yes" -> null;
              case "no" -> Reason.SinkTableMismatch;
              default -> Reason.SinkRejectedRow;
            });
  }

  @Test
  void everythingThatDoesNotFitIsNamedAtOnce() {
    postgres.run(
        "CREATE TABLE t (a integer, b text NOT NULL, c text NOT NULL DEFAULT 'x', d bigint GENERATED ALWAYS AS IDENTITY,"
            + " e int GENERATED ALWAYS AS (a * 2) STORED)");
    Trouble trouble = refused(List.of("value AS a", "value AS z", "1 AS e"));
    assertThat(trouble.getMessage())
        .contains("table public.t does not fit")
        .contains(
            "column a is of type integer, the select gives STRING (write CAST(... AS INT) AS a")
        .contains("has no column z")
        .contains("column e is generated")
        .contains("column b is NOT NULL without a default")
        .doesNotContain("column c ")
        .doesNotContain("column d ");
  }

  @Test
  void columnsAreFoundRegardlessOfCaseAndOrder() {
    postgres.run("CREATE TABLE t (\"Value\" text, o bigint, extra text DEFAULT 'd')");
    write(postgres.jdbc("t"), List.of("offset AS O", "value"));
    assertThat(postgres.one("SELECT \"Value\" || o || extra FROM t")).isEqualTo("v00d");
  }

  @Test
  void aMissingTableComesWithItsStatement() {
    Trouble trouble = refused(List.of("value", "offset AS o"));
    assertThat(trouble.reason()).isEqualTo(Reason.SinkTableMissing);
    assertThat(trouble.getMessage())
        .contains("createTable: true")
        .contains("CREATE TABLE IF NOT EXISTS \"t\" (\"value\" text, \"o\" bigint);");
  }

  @Test
  void namesThatNeedQuotesWork() {
    write(creating("\"My \"\"Table\"\"; --\""), List.of("value AS `A b`"));
    assertThat(postgres.one("SELECT \"A b\" FROM \"My \"\"Table\"\"; --\"")).isEqualTo("v0");
  }

  @Test
  void aViewWithATriggerAndAPartitionedTableWork() {
    postgres.run(
        "CREATE TABLE t (value text) PARTITION BY LIST (value)",
        "CREATE TABLE t0 PARTITION OF t FOR VALUES IN ('v0')");
    write(postgres.jdbc("t"), List.of("value"));
    assertThat(postgres.one("SELECT count(*) FROM t0")).isEqualTo("1");
  }

  @Test
  void missingRightsAreNamed() {
    String role = "weak_" + postgres.one("SELECT current_database()");
    postgres.run(
        "CREATE TABLE t (value text, o bigint)",
        "CREATE ROLE " + role + " LOGIN",
        "GRANT CREATE ON SCHEMA public TO " + role);
    Settings.Jdbc jdbc = postgres.jdbc(postgres.port(), role, "t", false);
    Trouble trouble = catchThrowableOfType(Trouble.class, () -> write(jdbc, List.of("value")));
    assertThat(trouble.reason()).isEqualTo(Reason.SinkPermissionDenied);
    assertThat(trouble.getMessage()).contains("GRANT INSERT ON \"public\".\"t\"");
    postgres.run("GRANT INSERT (value) ON t TO " + role);
    trouble = catchThrowableOfType(Trouble.class, () -> write(jdbc, List.of("value")));
    assertThat(trouble.reason()).isEqualTo(Reason.LedgerPermissionDenied);
    String message = trouble.getMessage();
    postgres.run(message.substring(message.indexOf("CREATE TABLE")));
    write(jdbc, List.of("value"));
    postgres.run("ALTER TABLE t ENABLE ROW LEVEL SECURITY");
    trouble = catchThrowableOfType(Trouble.class, () -> write(jdbc, List.of("value")));
    assertThat(trouble.reason()).isEqualTo(Reason.SinkPermissionDenied);
    assertThat(trouble.getMessage()).contains("row-level security");
  }

  @Test
  void manyTasksMayCreateTheTableAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(6);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      all.add(pool.submit(() -> write(creating("made"), Arrays.asList("value"))));
    }
    for (Future<?> one : all) {
      one.get(60, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertThat(postgres.one("SELECT count(*) FROM made")).isEqualTo("6");
  }
}
