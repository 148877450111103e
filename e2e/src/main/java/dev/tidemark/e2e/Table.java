package dev.tidemark.e2e;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A result table seen from outside. Beside the columns of the job it has two that PostgreSQL fills:
 * when a row was written, and under which {@code application_name}, which tells the runs of a job
 * apart.
 */
public final class Table {
  private final Infra infra;
  private final String database;
  private final String name;

  /** A table that may not exist yet. */
  public Table(Infra infra, String database, String name) {
    this.infra = infra;
    this.database = database;
    this.name = name;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Makes it with the given columns, for instance {@code "value text"}. */
  public void create(String... columns) {
    execute(
        "CREATE TABLE %s (%s, written_at timestamptz DEFAULT clock_timestamp(),"
                .formatted(name, String.join(", ", columns))
            + " written_by text DEFAULT current_setting('application_name'))");
  }

  /** Runs a statement in the table's database. */
  public void execute(String sql) {
    try (Connection connection = infra.connect(database);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException("PostgreSQL refused: " + sql, e);
    }
  }

  /** A connection to its database, for locks. */
  public Connection connect() throws SQLException {
    return infra.connect(database);
  }

  /** All rows, as texts of the given columns. */
  public List<List<String>> rows(String... columns) {
    String list =
        Arrays.stream(columns).map(column -> column + "::text").collect(Collectors.joining(", "));
    return query("SELECT %s FROM %s".formatted(list, name), columns.length);
  }

  /** Number of rows. */
  public long count() {
    return count("true");
  }

  /** Number of rows of which a condition in SQL holds. */
  public long count(String condition) {
    return Long.parseLong(
        ask("SELECT count(*)::text FROM %s WHERE ".formatted(name) + condition).get(0));
  }

  /** Per partition of a topic the first offset that the ledger beside the table does not hold. */
  public Map<Integer, Long> ledger(Topic topic) {
    String sql =
        "SELECT partition::text, until_offset::text FROM tidemark_offsets WHERE topic = '%s'"
            .formatted(topic.name());
    return query(sql, 2).stream()
        .collect(
            Collectors.toMap(row -> Integer.valueOf(row.get(0)), row -> Long.valueOf(row.get(1))));
  }

  /** True when the row of that record is committed. */
  public boolean hasRow(int partition, long offset) {
    String sql = "SELECT 1 FROM %s WHERE kafka_partition = %d AND kafka_offset = %d LIMIT 1";
    return !query(sql.formatted(name, partition, offset), 1).isEmpty();
  }

  /** Texts a query answers with. */
  public List<String> ask(String sql) {
    return query(sql, 1).stream().map(row -> row.get(0)).toList();
  }

  /** The {@code application_name} of each run that wrote, in the order of their first rows. */
  public List<String> writers() {
    return query("SELECT written_by FROM %s GROUP BY 1 ORDER BY min(written_at)".formatted(name), 1)
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  /** When the first row of the run that began to write last was written. */
  public Instant firstRowOfNewestWriter() {
    return Instant.parse(
        ask("""
                SELECT to_char(max(first) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
                FROM (SELECT min(written_at) AS first FROM %s GROUP BY written_by) w"""
                .formatted(name))
            .get(0));
  }

  /**
   * Runs that wrote after a later run had begun to write: must be empty, since the epoch of a run
   * ends all earlier ones.
   */
  public List<String> overlappingWriters() {
    return query(
            """
            WITH w AS (SELECT written_by, min(written_at) AS first, max(written_at) AS last FROM %s GROUP BY 1)
            SELECT a.written_by || ' wrote until ' || a.last || ', after ' || b.written_by || ' began at ' || b.first
            FROM w a JOIN w b ON a.first < b.first AND a.last > b.first
            """
                .formatted(name),
            1)
        .stream()
        .map(row -> row.get(0))
        .toList();
  }

  /** True when a run other than the given ones has a committed row. */
  public boolean hasWriterBeyond(List<String> known) {
    try (Connection connection = infra.connect(database)) {
      return hasWriterBeyond(connection, known);
    } catch (SQLException e) {
      return false;
    }
  }

  boolean hasWriterBeyond(Connection connection, List<String> known) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT 1 FROM %s WHERE written_by <> ALL (?) LIMIT 1".formatted(name))) {
      statement.setArray(1, connection.createArrayOf("text", known.toArray()));
      try (ResultSet result = statement.executeQuery()) {
        return result.next();
      }
    }
  }

  /**
   * The longest time in seconds in which no row was written, from the given moment to the newest
   * row.
   */
  public double longestPauseSince(Instant moment) {
    String answer =
        query(
                """
                WITH t AS (SELECT '%s'::timestamptz AS at UNION ALL
                           SELECT written_at FROM %s WHERE written_at > '%s'::timestamptz)
                SELECT coalesce(max(pause), 0)::text FROM (
                  SELECT extract(epoch FROM at - lag(at) OVER (ORDER BY at)) AS pause FROM t) p
                """
                    .formatted(moment, name, moment),
                1)
            .get(0)
            .get(0);
    return Double.parseDouble(answer);
  }

  /** On a busy machine a tunnel may take its time, so a question is asked three times. */
  private List<List<String>> query(String sql, int columns) {
    for (int tries = 1; ; tries++) {
      try {
        return queryOnce(sql, columns);
      } catch (SQLException e) {
        boolean connection = e.getSQLState() != null && e.getSQLState().startsWith("08");
        if (!connection || tries == 3) {
          throw new IllegalStateException("PostgreSQL refused: " + sql, e);
        }
      }
    }
  }

  private List<List<String>> queryOnce(String sql, int columns) throws SQLException {
    try (Connection connection = infra.connect(database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<String>> rows = new ArrayList<>();
      while (result.next()) {
        String[] row = new String[columns];
        for (int i = 0; i < columns; i++) {
          row[i] = result.getString(i + 1);
        }
        rows.add(Arrays.asList(row));
      }
      return rows;
    }
  }
}
