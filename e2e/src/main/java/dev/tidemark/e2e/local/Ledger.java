package dev.tidemark.e2e.local;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/** The ledger of a run's database, before the driver has made it as well. */
final class Ledger {
  private final Servers servers;
  private final String database;

  Ledger(Servers servers, String database) {
    this.servers = servers;
    this.database = database;
  }

  /** Per partition the first offset not committed. */
  Map<Integer, Long> committed() {
    return query("SELECT partition, until_offset FROM tidemark_offsets");
  }

  /** The newest epoch; 0 before any. */
  long epoch() {
    return query("SELECT 0, max(epoch) FROM tidemark_jobs").getOrDefault(0, 0L);
  }

  private Map<Integer, Long> query(String sql) {
    Map<Integer, Long> answer = new HashMap<>();
    try (Connection connection = servers.connect(database);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      while (result.next()) {
        answer.put(result.getInt(1), result.getLong(2));
      }
      return answer;
    } catch (SQLException e) {
      return Map.of(); // there are no tables yet
    }
  }
}
