package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Both halves of a hand-over in a database, each in a transaction of the caller. */
final class HandOver {
  private final Connection connection;
  private final LedgerTables tables;
  private final String jobId;

  HandOver(Connection connection, LedgerTables tables, String jobId) {
    this.connection = connection;
    this.tables = tables;
    this.jobId = jobId;
  }

  /** Where the job stands here; empty when the ledger was never opened for it. */
  Optional<Position> position() throws SQLException {
    String sql =
        "SELECT cluster_id, topic, topic_id, partition, until_offset FROM "
            + tables.offsets()
            + " WHERE job_id = ?";
    String cluster = null;
    Map<String, String> topics = new HashMap<>();
    Map<Partition, Long> until = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, jobId);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          cluster = result.getString(1);
          topics.put(result.getString(2), result.getString(3));
          until.put(new Partition(result.getString(2), result.getInt(4)), result.getLong(5));
        }
      }
    }
    return cluster == null
        ? Optional.empty()
        : Optional.of(
            new Position(
                new LedgerIdentity(cluster, topics),
                until,
                new SkippedRanges(connection, tables, jobId).read()));
  }

  /** False when the row is of this epoch or a later one. */
  boolean seal(long epoch) throws SQLException {
    String sql =
        "UPDATE "
            + tables.jobs()
            + " SET state = 'sealed', epoch = ?, updated_at = now() WHERE job_id = ? AND epoch < ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, epoch);
      statement.setString(2, jobId);
      statement.setLong(3, epoch);
      return statement.executeUpdate() == 1;
    }
  }

  /** False when the row is of this epoch or a later one, unless it was just sealed by it. */
  boolean takeOver(String owner, long epoch, int revision, Position position) throws SQLException {
    String when = "j.epoch < excluded.epoch OR (j.epoch = excluded.epoch AND j.state = 'sealed')";
    if (!Taking.row(connection, tables, jobId, owner, epoch, revision, when)) {
      return false;
    }
    // What this ledger held was handed over once, so the other knows all its partitions.
    new Opening(connection, tables, jobId).replace(position);
    new SkippedRanges(connection, tables, jobId).note(epoch, position.skipped());
    return true;
  }
}
