package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * The unique index by which an upsert finds the row it replaces. One result without a key has an
 * index over the constant {@code true}: the table then holds one row.
 *
 * @param columns null for an index over an expression
 * @param expression the constant of an index over nothing else
 * @param immediate false when it is deferrable
 * @param nullsEqual true when two NULLs are the same to it
 * @param exact false when its collation takes different texts for the same
 */
record KeyIndex(
    String name,
    List<String> columns,
    String expression,
    boolean immediate,
    boolean nullsEqual,
    boolean exact) {

  /** {@code indnullsnotdistinct} came with PostgreSQL 15, so it is asked for by name. */
  private static final String INDEXES =
      "SELECT c.relname, i.indimmediate,"
          + " coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false),"
          + " ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY k(n, o) LEFT JOIN pg_attribute a"
          + " ON a.attrelid = i.indrelid AND a.attnum = k.n WHERE k.o <= i.indnkeyatts),"
          + " i.indexprs IS NOT NULL, pg_get_expr(i.indexprs, i.indrelid),"
          + " NOT EXISTS (SELECT FROM unnest(i.indcollation) o JOIN pg_collation l ON l.oid = o"
          + " WHERE NOT l.collisdeterministic)"
          + " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(?)"
          + " AND i.indisunique AND i.indisvalid AND i.indislive AND i.indpred IS NULL ORDER BY c.relname";

  /**
   * Refuses a table that cannot tell the keys apart as the job does.
   *
   * @param columns those of the key, in its order
   * @param nullable true when the key may be NULL somewhere
   * @throws Trouble {@code SinkTableMismatch} with the statement that helps
   */
  static void require(
      Connection connection, TableName table, List<TableColumn> columns, boolean nullable)
      throws SQLException {
    List<String> names = columns.stream().map(TableColumn::name).toList();
    List<KeyIndex> over =
        find(connection, table).stream().filter(index -> index.isOver(names)).toList();
    String make = "; run: " + ddl(table, names, nullable) + ";";
    if (over.isEmpty()) {
      throw mismatch(
          table,
          "no unique index or primary key over "
              + (names.isEmpty()
                  ? "the constant true (a total has one row and no key)"
                  : "exactly its key (" + String.join(", ", names) + ")")
              + make);
    }
    for (KeyIndex index : over) {
      if (!index.immediate()) {
        throw mismatch(
            table,
            "a deferrable unique constraint "
                + index.name()
                + " over its key, which an upsert cannot use: drop it"
                + make);
      }
      if (!index.exact()) {
        throw mismatch(
            table,
            "an index "
                + index.name()
                + " over its key whose collation takes different texts for the same: give the column a"
                + " deterministic collation");
      }
    }
    if (nullable && over.stream().noneMatch(KeyIndex::nullsEqual)) {
      throw mismatch(
          table,
          "an index "
              + over.get(0).name()
              + " to which two NULLs are different, so that a key that is NULL would get a new row with each batch"
              + (nullsCanBeEqual(connection) ? make : ", and " + older(connection)));
    }
  }

  private static Trouble mismatch(TableName table, String what) {
    return new Trouble(
        Reason.SinkTableMismatch,
        "results are upserted into the table " + table + ", but it has " + what);
  }

  private boolean isOver(List<String> names) {
    return columns == null
        ? names.isEmpty() && "true".equals(expression)
        : !names.isEmpty()
            && columns.size() == names.size()
            && new HashSet<>(columns).equals(new HashSet<>(names));
  }

  private static List<KeyIndex> find(Connection connection, TableName table) throws SQLException {
    List<KeyIndex> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(INDEXES)) {
      statement.setString(1, table.quoted());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          List<String> columns = Arrays.asList((String[]) row.getArray(4).getArray());
          boolean onlyExpression = columns.size() == 1 && columns.get(0) == null;
          found.add(
              new KeyIndex(
                  row.getString(1),
                  row.getBoolean(5) ? null : columns,
                  onlyExpression ? row.getString(6) : null,
                  row.getBoolean(2),
                  row.getBoolean(3),
                  row.getBoolean(7)));
        }
      }
    }
    return found;
  }

  /** The statement that makes it, without a semicolon at the end. */
  static String ddl(TableName table, List<String> columns, boolean nullable) {
    return "CREATE UNIQUE INDEX ON "
        + table.quoted()
        + " "
        + target(columns)
        + (nullable && !columns.isEmpty() ? " NULLS NOT DISTINCT" : "");
  }

  /** What stands after ON CONFLICT. */
  static String target(List<String> columns) {
    return columns.isEmpty()
        ? "((true))"
        : "(" + String.join(", ", columns.stream().map(TableName::quoted).toList()) + ")";
  }

  /** True when the server knows indexes to which NULLs are equal. */
  static boolean nullsCanBeEqual(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseMajorVersion() >= 15;
  }

  /** What to do when it does not, as the end of a sentence. */
  static String older(Connection connection) throws SQLException {
    return "PostgreSQL "
        + connection.getMetaData().getDatabaseMajorVersion()
        + " has no index that takes NULLs for the same (15 has); write coalesce(...) in groupBy and make the key's"
        + " columns NOT NULL";
  }
}
