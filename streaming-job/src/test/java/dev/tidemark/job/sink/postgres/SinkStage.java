package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.EventRecords.P0;
import static dev.tidemark.job.sink.EventRecords.range;
import static dev.tidemark.job.sink.EventRecords.records;

import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.PostgresLedger;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Written;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** A job with one partition, its ledger open. */
final class SinkStage {

  final RealPostgres postgres;
  final String job = UUID.randomUUID().toString().replace("-", "");
  final Settings.Jdbc jdbc;

  SinkStage(RealPostgres postgres, Settings.Jdbc jdbc) {
    this.postgres = postgres;
    this.jdbc = jdbc;
  }

  static SinkStage of(RealPostgres postgres) {
    postgres.run("CREATE TABLE IF NOT EXISTS results (value text)");
    return new SinkStage(postgres, postgres.jdbc("results"));
  }

  SinkStage epoch(long epoch, long from) {
    // Not through the sink's URL, which may lead through a proxy.
    Settings.Jdbc direct = postgres.jdbc(jdbc.table());
    try (PostgresLedger ledger = new PostgresLedger(direct)) {
      ledger.takeEpoch(job, epoch, 1);
      ledger.open(job, epoch, new LedgerIdentity("c", Map.of("events", "t")), Map.of(P0, from));
    }
    return this;
  }

  PostgresRowSink sink(long epoch) {
    return sink(epoch, null, List.of("value"));
  }

  PostgresRowSink sink(long epoch, String filter, List<String> select) {
    return new PostgresRowSink(
        jdbc, Pipeline.compile(new Selection(null, filter, select)), job, epoch);
  }

  Written write(PostgresRowSink sink, long from, long until) {
    return sink.write(range(from, until), records(from, until));
  }

  long until() {
    return Long.parseLong(
        postgres.one("SELECT until_offset FROM tidemark_offsets WHERE job_id = '" + job + "'"));
  }

  List<String> values() {
    return postgres.list("SELECT value FROM results ORDER BY length(value), value");
  }

  void terminateSessions() {
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tm-"
            + job.substring(0, 12)
            + "%'");
  }
}
