package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.sink.Staged;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Brings what the tasks of a batch staged into the table of the results. */
record Merge(SinkTarget target, ResultShape shape, StagingTable staging) {

  /**
   * Merges, in the caller's transaction; rows of attempts that are not named stay where they are.
   *
   * @throws Trouble {@code SinkUnavailable} when rows are no longer there: a server that crashed
   *     has forgotten them
   */
  void run(Connection connection, long batch, List<Staged> staged) throws SQLException {
    List<Staged> some = staged.stream().filter(s -> s.rows() > 0).toList();
    long expected = some.stream().mapToLong(Staged::rows).sum();
    if (expected == 0) {
      return;
    }
    Long[] attempts = some.stream().map(Staged::attempt).toArray(Long[]::new);
    long written;
    try (PreparedStatement statement = statement(connection, sql(), batch, attempts)) {
      written = statement.executeLargeUpdate();
    }
    // Fewer than staged may be right: a trigger or ON CONFLICT DO NOTHING left some out.
    long found = written == expected ? expected : count(connection, batch, attempts);
    if (found != expected) {
      throw new Trouble(
          Reason.SinkUnavailable,
          "of "
              + expected
              + " results that tasks staged in "
              + staging.name()
              + " there are "
              + found
              + " left, which happens when the database crashes; nothing is written, the batch will be computed again");
    }
  }

  private long count(Connection connection, long batch, Long[] attempts) throws SQLException {
    String sql = "SELECT count(*)" + from();
    try (PreparedStatement statement = statement(connection, sql, batch, attempts);
        ResultSet result = statement.executeQuery()) {
      result.next();
      return result.getLong(1);
    }
  }

  private static PreparedStatement statement(
      Connection connection, String sql, long batch, Long[] attempts) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.setLong(1, batch);
    statement.setArray(2, connection.createArrayOf("int8", attempts));
    return statement;
  }

  private String from() {
    List<TableColumn> columns = target.columns();
    return " FROM "
        + staging.name().quoted()
        + " WHERE "
        + StagingTable.batch(columns)
        + " = ? AND "
        + StagingTable.attempt(columns)
        + " = ANY (?)";
  }

  private String sql() {
    String names = target.names();
    String insert =
        "INSERT INTO " + target.table().quoted() + " (" + names + ") SELECT " + names + from();
    return shape.upsert() ? insert + order() + conflict() : insert;
  }

  /**
   * In the order of the key: rows and index are then met one after the other, which is faster for
   * many rows, and transactions that meet wait for each other instead of locking each other out.
   */
  private String order() {
    List<String> terms = new ArrayList<>();
    for (TableColumn column : keys(true)) {
      boolean text = column.type().equals("text") || column.type().equals("varchar");
      terms.add(TableName.quoted(column.name()) + (text ? " COLLATE \"C\"" : ""));
    }
    return terms.isEmpty() ? "" : " ORDER BY " + String.join(", ", terms);
  }

  private String conflict() {
    List<String> sets =
        keys(false).stream()
            .map(column -> TableName.quoted(column.name()))
            .map(name -> name + " = excluded." + name)
            .toList();
    return " ON CONFLICT "
        + KeyIndex.target(keys(true).stream().map(TableColumn::name).toList())
        + (sets.isEmpty() ? " DO NOTHING" : " DO UPDATE SET " + String.join(", ", sets));
  }

  /** The columns of the key, or all others. */
  private List<TableColumn> keys(boolean ofKey) {
    List<TableColumn> some = new ArrayList<>();
    for (int i = 0; i < target.columns().size(); i++) {
      if (shape.isKey(i) == ofKey) {
        some.add(target.columns().get(i));
      }
    }
    return some;
  }
}
