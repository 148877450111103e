package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.EpochRule;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Everything about the place of the results that has to be asked only once: table, columns and
 * where the ledger is.
 *
 * @param table the table with its schema
 * @param columns those of the results, in the order of their schema
 * @param ledger the ledger's tables
 */
record SinkTarget(TableName table, List<TableColumn> columns, LedgerTables ledger) {

  /**
   * Asks the database, and creates the table where the settings want it. Leaves no transaction
   * open.
   */
  static SinkTarget of(Connection connection, Settings.Jdbc jdbc, ResultShape shape)
      throws SQLException {
    TableName wanted = TableName.parse(jdbc.table());
    if (jdbc.createTable() && SinkTable.find(connection, wanted).isEmpty()) {
      new TableCreation(wanted, shape).run(connection);
      connection.commit();
    }
    SinkTarget target = look(connection, wanted, shape);
    connection.commit();
    return target;
  }

  /**
   * Asks the database without writing.
   *
   * @throws Trouble when there is no such table, or it does not fit, or a right is missing
   */
  static SinkTarget look(Connection connection, TableName wanted, ResultShape shape)
      throws SQLException {
    SinkTable table = SinkTable.find(connection, wanted).orElseThrow(() -> missing(wanted, shape));
    List<TableColumn> columns = table.fit(shape.schema());
    if (shape.upsert()) {
      new UpsertFit(table.name(), columns, shape).require(connection);
    }
    return new SinkTarget(table.name(), columns, LedgerTables.beside(connection, wanted));
  }

  /** The statement that starts a COPY into the columns. */
  String copy() {
    return "COPY " + table.quoted() + " (" + names() + ") FROM STDIN";
  }

  /** The columns' names, ready to stand in a statement. */
  String names() {
    return String.join(", ", columns.stream().map(c -> TableName.quoted(c.name())).toList());
  }

  /** What an error while the ledger's rows were being locked means. */
  Trouble ledgerTrouble(Connection connection, SQLException e, String doing) {
    return switch (SqlTrouble.state(e)) {
      case "42501" -> ledger.denied(connection, e);
      case "42P01" -> EpochRule.gone("the ledger in schema " + ledger.schema(), e);
      default -> SqlTrouble.of(e, doing);
    };
  }

  /** The refusal when there is no such table. */
  static Trouble missing(TableName wanted, ResultShape shape) {
    return new Trouble(
        Reason.SinkTableMissing,
        "the table "
            + wanted
            + " does not exist (or the role may not see its schema); set sink.jdbc.createTable: true, or run: "
            + new TableCreation(wanted, shape).ddl()
            + ";");
  }
}
