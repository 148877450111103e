package dev.tidemark.job.sink;

import dev.tidemark.job.expression.CompiledPipeline;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Everything about the place of the results that has to be asked only once: table, columns and
 * where the ledger is.
 *
 * @param table the table with its schema
 * @param copy the statement that starts a COPY into the select's columns
 * @param ledger the ledger's tables
 */
record SinkTarget(TableName table, String copy, LedgerTables ledger) {

  /**
   * Asks the database, and creates the table where the settings want it. Leaves no transaction
   * open.
   */
  static SinkTarget of(Connection connection, Settings.Jdbc jdbc, CompiledPipeline pipeline)
      throws SQLException {
    TableName wanted = TableName.parse(jdbc.table());
    Optional<SinkTable> found = SinkTable.find(connection, wanted);
    if (found.isEmpty() && jdbc.createTable()) {
      SinkTable.create(connection, wanted, pipeline.schema());
      connection.commit();
      found = SinkTable.find(connection, wanted);
    }
    SinkTable table = found.orElseThrow(() -> missing(wanted, pipeline));
    List<TableColumn> columns = table.fit(pipeline.schema());
    String copy =
        "COPY "
            + table.name().quoted()
            + " ("
            + String.join(", ", columns.stream().map(c -> TableName.quoted(c.name())).toList())
            + ") FROM STDIN";
    SinkTarget target = new SinkTarget(table.name(), copy, LedgerTables.beside(connection, wanted));
    connection.commit();
    return target;
  }

  /** The refusal when there is no such table. */
  static Trouble missing(TableName wanted, CompiledPipeline pipeline) {
    return new Trouble(
        Reason.SinkTableMissing,
        "the table "
            + wanted
            + " does not exist (or the role may not see its schema); set sink.jdbc.createTable: true, or run: "
            + SinkTable.ddl(wanted, pipeline.schema())
            + ";");
  }
}
