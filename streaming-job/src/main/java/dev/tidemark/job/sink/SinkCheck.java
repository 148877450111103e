package dev.tidemark.job.sink;

import dev.tidemark.job.expression.CompiledPipeline;
import dev.tidemark.job.ledger.Database;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Everything a job will ask of its database, asked without writing. */
public final class SinkCheck {

  private static final String NAME = "tm-check";

  private SinkCheck() {}

  /**
   * Looks at table, rights and ledger.
   *
   * @throws Trouble whatever would stop the job at its first batch
   */
  public static void run(Settings.Jdbc jdbc, CompiledPipeline pipeline) {
    TableName wanted = TableName.parse(jdbc.table());
    Database database = new Database(jdbc);
    Connection connection = database.connect(NAME);
    try {
      connection.setReadOnly(true);
      Optional<SinkTable> table = SinkTable.find(connection, wanted);
      if (table.isPresent()) {
        table.get().fit(pipeline.schema());
      } else if (jdbc.createTable()) {
        requireCreatable(connection, wanted, pipeline);
      } else {
        throw SinkTarget.missing(wanted, pipeline);
      }
      LedgerTables.beside(connection, wanted).check(connection);
    } catch (SQLException e) {
      throw SqlTrouble.of(e, "looking at the table " + wanted);
    } finally {
      Database.closeQuietly(connection);
    }
  }

  private static void requireCreatable(
      Connection connection, TableName wanted, CompiledPipeline pipeline) throws SQLException {
    String ddl = SinkTable.ddl(wanted, pipeline.schema());
    String sql =
        "SELECT s.name, n.oid IS NOT NULL, coalesce(has_schema_privilege(n.oid, 'CREATE'), false)"
            + " FROM (SELECT coalesce(?, current_schema()) AS name) s LEFT JOIN pg_namespace n ON n.nspname = s.name";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, wanted.schema());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (!row.getBoolean(2)) {
          throw new Trouble(
              Reason.SinkTableMissing,
              "the table "
                  + wanted
                  + " cannot be created: there is no schema "
                  + (row.getString(1) == null ? "in the role's search path" : row.getString(1)));
        }
        if (!row.getBoolean(3)) {
          throw new Trouble(
              Reason.SinkPermissionDenied,
              "the role may not create the table "
                  + wanted
                  + "; grant it CREATE on schema "
                  + row.getString(1)
                  + ", or run: "
                  + ddl
                  + ";");
        }
      }
    }
  }
}
