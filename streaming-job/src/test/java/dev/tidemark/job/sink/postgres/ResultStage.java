package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.EventRecords.P0;
import static dev.tidemark.job.sink.EventRecords.range;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.ledger.PostgresLedger;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.Staged;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** A job that counts words from two partitions, its ledger open at 0. */
final class ResultStage {

  static final StructType WORDS =
      new StructType().add("word", DataTypes.StringType, true).add("n", DataTypes.LongType, false);
  static final List<String> BY_WORD = List.of("word");
  private static final Partition P1 = new Partition("events", 1);

  final RealPostgres postgres;
  final String job = UUID.randomUUID().toString().replace("-", "");
  final Settings.Jdbc jdbc;
  private final StructType schema;
  private final List<String> keys;

  ResultStage(RealPostgres postgres, Settings.Jdbc jdbc, StructType schema, List<String> keys) {
    this.postgres = postgres;
    this.jdbc = jdbc;
    this.schema = schema;
    this.keys = keys;
  }

  static Settings.Jdbc jdbc(RealPostgres postgres, String mode, boolean create) {
    return new Settings.Jdbc(postgres.url(), "results", create, mode);
  }

  static ResultStage upserting(RealPostgres postgres) {
    return upserting(postgres, postgres.port());
  }

  /** The same by way of another port. */
  static ResultStage upserting(RealPostgres postgres, int port) {
    postgres.run(
        "CREATE TABLE IF NOT EXISTS results (word text, n bigint)",
        "CREATE UNIQUE INDEX IF NOT EXISTS by_word ON results (word) NULLS NOT DISTINCT");
    return new ResultStage(
        postgres,
        new Settings.Jdbc(postgres.url(port, "postgres"), "results", false, "Upsert"),
        WORDS,
        BY_WORD);
  }

  static ResultStage appending(RealPostgres postgres) {
    postgres.run("CREATE TABLE IF NOT EXISTS results (word text, n bigint)");
    return new ResultStage(postgres, jdbc(postgres, "Append", false), WORDS, BY_WORD);
  }

  ResultStage epoch(long epoch) {
    // Not through the sink's URL, which may lead through a proxy or be that of a weak role.
    try (PostgresLedger ledger = new PostgresLedger(postgres.jdbc(jdbc.table()))) {
      ledger.takeEpoch(job, epoch, 1);
      ledger.open(
          job, epoch, new LedgerIdentity("c", Map.of("events", "t")), Map.of(P0, 0L, P1, 0L));
    }
    return this;
  }

  /** A sink as the driver has it; not opened. */
  PostgresResultSink sink(long epoch) {
    return new PostgresResultSink(jdbc, job, epoch, schema, keys);
  }

  /** The first run, ready for its first batch. */
  PostgresResultSink opened() {
    epoch(1);
    PostgresResultSink sink = sink(1);
    sink.open();
    return sink;
  }

  static InternalRow row(Object... values) {
    return new GenericInternalRow(
        Arrays.stream(values)
            .map(value -> value instanceof String text ? UTF8String.fromString(text) : value)
            .toArray());
  }

  /** From and until of partition 0, then those of partition 1. */
  static List<PartitionRange> ranges(long from0, long until0, long from1, long until1) {
    return List.of(range(from0, until0), new PartitionRange(P1, from1, until1));
  }

  static Staged stage(ResultSink sink, long batch, long attempt, InternalRow... rows) {
    return sink.stage(batch, new Part(1, 1, attempt), List.of(rows).iterator());
  }

  /** One task stages all rows of a batch, and the batch is committed. */
  static boolean write(
      ResultSink sink, long batch, List<PartitionRange> ranges, InternalRow... rows) {
    return sink.commit(batch, List.of(stage(sink, batch, batch * 10, rows)), ranges);
  }

  String ledger() {
    return postgres.one(
        "SELECT string_agg(until_offset::text, ',' ORDER BY partition) FROM tidemark_offsets WHERE job_id = '"
            + job
            + "'");
  }

  /** {@code word=n}, in order. */
  List<String> rows() {
    return postgres.list(
        "SELECT coalesce(word, 'NULL') || '=' || n AS row FROM results ORDER BY coalesce(word, 'NULL') COLLATE \"C\", n");
  }

  String stagingTable(long epoch) {
    return "tidemark_stage_" + job.substring(0, 12) + "_e" + epoch;
  }

  List<String> stagingTables() {
    return postgres.list(
        "SELECT relname FROM pg_class WHERE relname LIKE 'tidemark\\_stage\\_%' ORDER BY 1");
  }

  /** What some work ends with. */
  static Trouble trouble(Runnable work) {
    return catchThrowableOfType(Trouble.class, work::run);
  }

  long staged(long epoch) {
    return Long.parseLong(postgres.one("SELECT count(*) FROM " + stagingTable(epoch)));
  }

  void terminateSessions() {
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tm-"
            + job.substring(0, 12)
            + "%'");
  }
}
