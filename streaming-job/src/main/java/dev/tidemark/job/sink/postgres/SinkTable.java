package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** The sink's table as the database knows it, and whether the select fits it. */
public final class SinkTable {

  /** Read for one role: what it may insert into is part of the answer. */
  private static final String COLUMNS =
      "SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),"
          + " coalesce(b.typname, t.typname), t.typtype = 'e' OR coalesce(b.typtype = 'e', false),"
          + " CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,"
          + " a.attnotnull AND NOT a.atthasdef AND a.attidentity = '',"
          + " a.attgenerated <> '' OR a.attidentity = 'a',"
          + " has_column_privilege(c.oid, a.attnum, 'INSERT'), row_security_active(c.oid),"
          + " has_column_privilege(c.oid, a.attnum, 'SELECT') AND has_column_privilege(c.oid, a.attnum, 'UPDATE'),"
          + " NOT a.attnotnull"
          + " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid"
          + " JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype"
          + " WHERE c.oid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

  private final TableName name;
  private final List<TableColumn> columns;
  private final boolean rowSecurity;

  private SinkTable(TableName name, List<TableColumn> columns, boolean rowSecurity) {
    this.name = name;
    this.columns = columns;
    this.rowSecurity = rowSecurity;
  }

  /** The table, or empty when there is none of that name. */
  public static Optional<SinkTable> find(Connection connection, TableName wanted)
      throws SQLException {
    List<TableColumn> columns = new ArrayList<>();
    TableName found = null;
    boolean rowSecurity = false;
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setString(1, wanted.quoted());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found = new TableName(row.getString(1), row.getString(2));
          rowSecurity = row.getBoolean(11);
          columns.add(column(row));
        }
      }
    }
    return found == null
        ? Optional.empty()
        : Optional.of(new SinkTable(found, columns, rowSecurity));
  }

  private static TableColumn column(ResultSet row) throws SQLException {
    // PostgreSQL keeps precision and scale of a numeric in one number, shifted by four.
    int modifier = row.getInt(7) - 4;
    boolean numeric = row.getString(5).equals("numeric") && modifier >= 0;
    return new TableColumn(
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getBoolean(6),
        numeric ? modifier >> 16 & 0xffff : -1,
        numeric ? (short) (modifier << 5) >> 5 : 0,
        row.getBoolean(8),
        row.getBoolean(9),
        row.getBoolean(10),
        row.getBoolean(12),
        row.getBoolean(13));
  }

  /** The table with its schema, ready for messages. */
  public TableName name() {
    return name;
  }

  /**
   * The table's columns for the fields of a select, in the select's order.
   *
   * @throws Trouble {@code SinkTableMismatch} or {@code SinkPermissionDenied}, naming everything
   *     that does not fit
   */
  List<TableColumn> fit(StructType schema) {
    List<TableColumn> fitting = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    List<String> forbidden = new ArrayList<>();
    for (StructField field : schema.fields()) {
      Optional<TableColumn> column = column(field.name());
      if (column.isEmpty()) {
        faults.add("it has no column " + field.name());
      } else if (column.get().generated()) {
        faults.add("its column " + field.name() + " is generated and cannot be written");
      } else if (!ColumnFit.fits(field, column.get())) {
        faults.add(
            "its column "
                + field.name()
                + " is of type "
                + column.get().shown()
                + ", the select gives "
                + field.dataType().sql()
                + " ("
                + ColumnFit.advice(field, column.get())
                + ")");
      } else {
        fitting.add(column.get());
        if (!column.get().insertable()) {
          forbidden.add(column.get().name());
        }
      }
    }
    for (TableColumn column : columns) {
      if (column.required() && !column.generated() && missing(schema, column)) {
        faults.add(
            "its column "
                + column.name()
                + " is NOT NULL without a default, and the select does not give it");
      }
    }
    if (!faults.isEmpty()) {
      throw new Trouble(
          Reason.SinkTableMismatch,
          "the table " + name + " does not fit the select: " + String.join("; ", faults));
    }
    requireRights(forbidden);
    return fitting;
  }

  private void requireRights(List<String> forbidden) {
    if (!forbidden.isEmpty()) {
      throw new Trouble(
          Reason.SinkPermissionDenied,
          "the role may not insert into "
              + name
              + " (columns "
              + String.join(", ", forbidden)
              + "); run as its owner: GRANT INSERT ON "
              + name.quoted()
              + " TO <the role of the job>;");
    }
    if (rowSecurity) {
      throw new Trouble(
          Reason.SinkPermissionDenied,
          "row-level security of "
              + name
              + " applies to the job's role, and results cannot be written through it; use a role with BYPASSRLS or a"
              + " table without policies");
    }
  }

  /** As PostgreSQL has it first, then regardless of case when only one column matches. */
  private Optional<TableColumn> column(String field) {
    Optional<TableColumn> exact = columns.stream().filter(c -> c.name().equals(field)).findFirst();
    if (exact.isPresent()) {
      return exact;
    }
    List<TableColumn> similar =
        columns.stream().filter(c -> c.name().equalsIgnoreCase(field)).toList();
    return similar.size() == 1 ? Optional.of(similar.get(0)) : Optional.empty();
  }

  private boolean missing(StructType schema, TableColumn column) {
    for (StructField field : schema.fields()) {
      if (column(field.name()).filter(column::equals).isPresent()) {
        return false;
      }
    }
    return true;
  }
}
