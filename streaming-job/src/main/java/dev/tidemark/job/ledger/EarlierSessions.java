package dev.tidemark.job.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the database sessions of a job's earlier epochs. Without it the locks of a frozen process
 * would hold up its successor: no server time-out ends a COPY whose client has stopped sending, and
 * the kernel of a frozen process goes on answering keepalives.
 */
final class EarlierSessions {

  private static final Logger LOG = LoggerFactory.getLogger(EarlierSessions.class);

  private EarlierSessions() {}

  /**
   * Ends those it may end, and returns how many that were. The connection is in automatic commit
   * afterwards.
   */
  static int end(Connection connection, String jobId, long epoch) throws SQLException {
    List<Integer> pids = find(connection, jobId, epoch);
    int ended = 0;
    for (int pid : pids) {
      if (end(connection, pid)) {
        ended++;
      }
    }
    if (ended > 0) {
      LOG.info("ended {} database sessions of earlier epochs of job {}", ended, jobId);
    }
    return ended;
  }

  private static List<Integer> find(Connection connection, String jobId, long epoch)
      throws SQLException {
    String prefix = Database.sessionPrefix(jobId);
    String sql =
        "SELECT pid, application_name FROM pg_stat_activity WHERE datname = current_database()"
            + " AND pid <> pg_backend_pid() AND starts_with(application_name, ?)";
    List<Integer> pids = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, prefix);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          String number = result.getString(2).substring(prefix.length());
          if (number.matches("[0-9]{1,18}") && Long.parseLong(number) < epoch) {
            pids.add(result.getInt(1));
          }
        }
      }
    }
    connection.commit();
    return pids;
  }

  private static boolean end(Connection connection, int pid) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT pg_terminate_backend(?)")) {
      statement.setInt(1, pid);
      statement.execute();
      connection.commit();
      return true;
    } catch (SQLException e) {
      if (SqlTrouble.isAway(e)) {
        throw e;
      }
      connection.rollback();
      // Another role's session (the job's user was changed): its own limits will end it.
      LOG.warn("session {} of an earlier epoch cannot be ended: {}", pid, SqlTrouble.said(e));
      return false;
    }
  }
}
