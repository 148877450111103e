package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What a job has skipped, in a database; every step in a transaction of the caller. */
final class SkippedRanges {
  private final Connection connection;
  private final LedgerTables tables;
  private final SideTable table;
  private final String jobId;

  SkippedRanges(Connection connection, LedgerTables tables, String jobId) {
    this.connection = connection;
    this.tables = tables;
    this.table = tables.skipped();
    this.jobId = jobId;
  }

  /** Those of topics that are still the ones the ledger speaks of. */
  List<Skipped> read() throws SQLException {
    List<Skipped> skipped = new ArrayList<>();
    if (!table.isReadable(connection)) {
      return skipped;
    }
    String sql =
        "SELECT s.topic, s.partition, s.from_offset, s.until_offset FROM "
            + table.quoted()
            + " s JOIN "
            + tables.offsets()
            + " o USING (job_id, topic, topic_id, partition) WHERE s.job_id = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, jobId);
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          Partition partition = new Partition(result.getString(1), result.getInt(2));
          skipped.add(new Skipped(partition, result.getLong(3), result.getLong(4)));
        }
      }
    }
    return skipped;
  }

  /** Notes them; of partitions that have their place in the ledger. */
  void note(long epoch, List<Skipped> ranges) throws SQLException {
    if (ranges.isEmpty()) {
      return;
    }
    table.create(connection);
    String sql =
        "INSERT INTO "
            + table.quoted()
            + " (job_id, topic, topic_id, partition, from_offset, until_offset, epoch)"
            + " SELECT job_id, topic, topic_id, partition, ?, ?, ? FROM "
            + tables.offsets()
            + " WHERE job_id = ? AND topic = ? AND partition = ? ON CONFLICT DO NOTHING";
    try (PreparedStatement insert = connection.prepareStatement(sql)) {
      for (Skipped range : ranges) {
        insert.setLong(1, range.from());
        insert.setLong(2, range.until());
        insert.setLong(3, epoch);
        insert.setString(4, jobId);
        insert.setString(5, range.partition().topic());
        insert.setInt(6, range.partition().number());
        insert.addBatch();
      }
      insert.executeBatch();
    } catch (SQLException e) {
      if (SqlTrouble.isDenied(e)) {
        throw table.denied(connection, e);
      }
      throw e;
    }
  }

  /** Moves the ledger over ranges that begin where it stands; done already it stays done. */
  void move(List<Skipped> ranges) throws SQLException {
    String sql =
        "UPDATE "
            + tables.offsets()
            + " SET until_offset = ? WHERE job_id = ? AND topic = ? AND partition = ? AND until_offset IN (?, ?)";
    try (PreparedStatement update = connection.prepareStatement(sql)) {
      for (Skipped range : ranges) {
        update.setLong(1, range.until());
        update.setString(2, jobId);
        update.setString(3, range.partition().topic());
        update.setInt(4, range.partition().number());
        update.setLong(5, range.from());
        update.setLong(6, range.until());
        if (update.executeUpdate() != 1) {
          throw new IllegalStateException("the ledger does not stand where it was read: " + range);
        }
      }
    }
  }
}
