package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.StructField;

/** How a table for results is made where there is none. */
record TableCreation(TableName name, ResultShape shape) {

  private static final long LOCK = 0x7469_6465_6d61_726cL;

  /**
   * Creates the table with what belongs to it, in the caller's transaction; safe when many do it at
   * once.
   *
   * @throws Trouble {@code SinkTableMismatch} when a field can be held by no table, {@code
   *     SinkPermissionDenied}
   */
  void run(Connection connection) throws SQLException {
    String ddl = ddl();
    requireVersion(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
      // Whoever held the lock may have made it; its index must not be made twice.
      if (SinkTable.find(connection, name).isEmpty()) {
        statement.execute(ddl);
      }
    } catch (SQLException e) {
      if (SqlTrouble.isDenied(e)) {
        throw new Trouble(
            Reason.SinkPermissionDenied,
            "the role may not create the table "
                + name
                + " ("
                + SqlTrouble.said(e)
                + "); grant it CREATE on the schema,"
                + " or run: "
                + ddl
                + ";",
            e);
      }
      throw e;
    }
  }

  /**
   * Refuses, without writing, what {@link #run} would refuse.
   *
   * @throws Trouble as {@link #run}, and {@code SinkTableMissing} when there is no such schema
   */
  void requirePossible(Connection connection) throws SQLException {
    String ddl = ddl();
    requireVersion(connection);
    String sql =
        "SELECT s.name, n.oid IS NOT NULL, coalesce(has_schema_privilege(n.oid, 'CREATE'), false)"
            + " FROM (SELECT coalesce(?, current_schema()) AS name) s LEFT JOIN pg_namespace n ON n.nspname = s.name";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name.schema());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        if (!row.getBoolean(2)) {
          throw new Trouble(
              Reason.SinkTableMissing,
              "the table "
                  + name
                  + " cannot be created: there is no schema "
                  + (row.getString(1) == null ? "in the role's search path" : row.getString(1)));
        }
        if (!row.getBoolean(3)) {
          throw new Trouble(
              Reason.SinkPermissionDenied,
              "the role may not create the table "
                  + name
                  + "; grant it CREATE on schema "
                  + row.getString(1)
                  + ", or run: "
                  + ddl
                  + ";");
        }
      }
    }
  }

  private void requireVersion(Connection connection) throws SQLException {
    if (shape.nullableKey() && !KeyIndex.nullsCanBeEqual(connection)) {
      throw new Trouble(
          Reason.SinkTableMismatch,
          "the table "
              + name
              + " cannot be created: its key may be NULL, and "
              + KeyIndex.older(connection));
    }
  }

  /** The statements that create it, without a semicolon at the end. */
  String ddl() {
    List<String> columns = new ArrayList<>();
    for (StructField field : shape.schema().fields()) {
      String type = ColumnFit.created(field);
      if (type == null) {
        throw new Trouble(
            Reason.SinkTableMismatch,
            "no column can hold "
                + field.name()
                + ", which is of type "
                + field.dataType().sql()
                + "; write CAST(... AS STRING) AS "
                + field.name()
                + " in the select");
      }
      columns.add(TableName.quoted(field.name()) + " " + type);
    }
    String table =
        "CREATE TABLE IF NOT EXISTS " + name.quoted() + " (" + String.join(", ", columns) + ")";
    // Rows that are always updated, on half full pages: the new version then needs no new entry in
    // the index, which makes an upsert of many rows nearly twice as fast.
    return shape.upsert()
        ? table + " WITH (fillfactor = 50); " + KeyIndex.ddl(name, shape.key(), shape.nullableKey())
        : table;
  }
}
