package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.Database;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.spark.sql.types.StructType;

/** Everything a job will ask of its database, asked without writing. */
public final class SinkCheck {

  private static final String NAME = "tm-check";

  private SinkCheck() {}

  /**
   * Looks at table, rights and ledger.
   *
   * @throws Trouble whatever would stop the job at its first batch
   */
  public static void rows(Settings.Jdbc jdbc, StructType schema) {
    run(jdbc, ResultShape.appended(schema), false);
  }

  /**
   * The same for results of an aggregate.
   *
   * @param keys by which a later result replaces an earlier one, if the mode says so
   * @throws Trouble whatever would stop the job at its first batch
   */
  public static void results(Settings.Jdbc jdbc, StructType schema, List<String> keys) {
    ResultShape shape =
        jdbc.upsert() ? ResultShape.upserted(schema, keys) : ResultShape.appended(schema);
    run(jdbc, shape, true);
  }

  /**
   * Looks at the ledger alone, for whoever writes to tables that are not known here.
   *
   * @throws Trouble {@code LedgerPermissionDenied} when nothing could be noted there
   */
  public static void ledger(Settings.Jdbc jdbc) {
    TableName beside = TableName.parse(jdbc.table());
    look(
        jdbc,
        "looking at the ledger beside " + beside,
        connection -> LedgerTables.beside(connection, beside).check(connection));
  }

  /**
   * Looks at the table of records put away.
   *
   * @throws Trouble {@code LedgerPermissionDenied} when nothing could be put away
   */
  public static void deadLetters(Settings.Jdbc jdbc) {
    TableName sink = TableName.parse(jdbc.table());
    look(
        jdbc,
        "looking at the table of records put away beside " + sink,
        connection -> LedgerTables.beside(connection, sink).deadLetters().check(connection));
  }

  private interface Look {
    void at(Connection connection) throws SQLException;
  }

  private static void run(Settings.Jdbc jdbc, ResultShape shape, boolean staged) {
    TableName wanted = TableName.parse(jdbc.table());
    look(
        jdbc,
        "looking at the table " + wanted,
        connection -> run(connection, jdbc, wanted, shape, staged));
  }

  private static void look(Settings.Jdbc jdbc, String doing, Look look) {
    Connection connection = new Database(jdbc).connect(NAME);
    try {
      connection.setReadOnly(true);
      look.at(connection);
    } catch (SQLException e) {
      throw SqlTrouble.of(e, doing);
    } finally {
      Database.closeQuietly(connection);
    }
  }

  private static void run(
      Connection connection,
      Settings.Jdbc jdbc,
      TableName wanted,
      ResultShape shape,
      boolean staged)
      throws SQLException {
    if (jdbc.createTable() && SinkTable.find(connection, wanted).isEmpty()) {
      new TableCreation(wanted, shape).requirePossible(connection);
    } else {
      SinkTarget.look(connection, wanted, shape);
    }
    LedgerTables ledger = LedgerTables.beside(connection, wanted);
    ledger.check(connection);
    if (staged) {
      StagingTable.check(connection, ledger);
    }
  }
}
