package dev.tidemark.e2e.serial;

import dev.tidemark.e2e.Event;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Results and ledger as one reader sees them at one moment: together they must be a serial run up
 * to the ledger's offsets.
 *
 * @param until per partition the first offset that is not counted
 */
public record Snapshot(List<List<String>> rows, Map<Integer, Long> until) {

  /** Reads both in one transaction. */
  public static Snapshot of(Connection connection, Program program, String table, String topic)
      throws SQLException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try (Statement statement = connection.createStatement()) {
      Map<Integer, Long> until = until(statement, topic);
      List<List<String>> rows = new ArrayList<>();
      try (ResultSet result = statement.executeQuery(program.query(table))) {
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
          List<String> row = new ArrayList<>();
          for (int i = 1; i <= columns; i++) {
            row.add(result.getString(i));
          }
          rows.add(row);
        }
      }
      return new Snapshot(rows, until);
    } finally {
      connection.rollback();
    }
  }

  /** The ledger's offsets alone. */
  public static Map<Integer, Long> until(Connection connection, String topic) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return until(statement, topic);
    }
  }

  private static Map<Integer, Long> until(Statement statement, String topic) throws SQLException {
    Map<Integer, Long> until = new HashMap<>();
    String offsets = "SELECT partition, until_offset FROM tidemark_offsets WHERE topic = '%s'";
    try (ResultSet result = statement.executeQuery(offsets.formatted(topic))) {
      while (result.next()) {
        until.put(result.getInt(1), result.getLong(2));
      }
    }
    return until;
  }

  /** Where it differs from a serial run up to its offsets. */
  public List<String> differences(
      Collection<Event> topic, List<Serial.Chapter> chapters, boolean settled) {
    return Serial.run(topic, chapters, until).differences(rows, settled);
  }
}
