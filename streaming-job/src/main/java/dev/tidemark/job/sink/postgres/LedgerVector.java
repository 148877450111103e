package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.DueRule;
import dev.tidemark.job.ledger.EpochRule;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The ledger's half of the transaction of a whole batch: all offsets are locked and move at once.
 */
final class LedgerVector {

  private final Connection connection;
  private final LedgerTables tables;
  private final String jobId;
  private final long epoch;
  private final List<PartitionRange> ranges;

  LedgerVector(
      Connection connection,
      LedgerTables tables,
      String jobId,
      long epoch,
      List<PartitionRange> ranges) {
    this.connection = connection;
    this.tables = tables;
    this.jobId = jobId;
    this.epoch = epoch;
    this.ranges = ranges;
  }

  /** The statement that keeps others from taking an epoch until the transaction ends. */
  private static String jobRow(LedgerTables tables) {
    return "SELECT epoch, state FROM " + tables.jobs() + " WHERE job_id = ? FOR SHARE";
  }

  /**
   * Locks the job's row alone.
   *
   * @throws Trouble {@code Fenced}, {@code LedgerWentBack}, {@code LedgerSealed}
   */
  static void requireEpoch(Connection connection, LedgerTables tables, String jobId, long epoch)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(jobRow(tables))) {
      statement.setString(1, jobId);
      try (ResultSet job = statement.executeQuery()) {
        EpochRule.require(job, jobId, epoch);
      }
    }
  }

  /**
   * Locks the job's row (shared) and those of all its partitions, always in the same order, in one
   * round trip.
   *
   * @return true when the batch is due, false when the ledger already holds all of it
   * @throws Trouble {@code Fenced}, {@code LedgerWentBack}, {@code LedgerSealed}, {@code
   *     OffsetGap}, {@code CheckpointDiverged}
   */
  boolean lock() throws SQLException {
    String sql =
        jobRow(tables)
            + "; SELECT topic, partition, until_offset FROM "
            + tables.offsets()
            + " WHERE job_id = ? ORDER BY topic, partition FOR UPDATE";
    Map<Partition, Long> until = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, jobId);
      statement.setString(2, jobId);
      statement.execute();
      try (ResultSet job = statement.getResultSet()) {
        EpochRule.require(job, jobId, epoch);
      }
      statement.getMoreResults();
      try (ResultSet offset = statement.getResultSet()) {
        while (offset.next()) {
          until.put(new Partition(offset.getString(1), offset.getInt(2)), offset.getLong(3));
        }
      }
    }
    return DueRule.isDue(ranges, until);
  }

  /** Moves the offsets of all partitions to the ends of their ranges; {@link #lock} came before. */
  void move() throws SQLException {
    List<PartitionRange> moving = ranges.stream().filter(r -> r.until() > r.from()).toList();
    if (moving.isEmpty()) {
      return;
    }
    String sql =
        "UPDATE "
            + tables.offsets()
            + " o SET until_offset = v.until_offset FROM unnest(?::text[], ?::int[], ?::bigint[], ?::bigint[])"
            + " AS v(topic, partition, from_offset, until_offset) WHERE o.job_id = ? AND o.topic = v.topic"
            + " AND o.partition = v.partition AND o.until_offset = v.from_offset";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      array(statement, 1, "text", moving.stream().map(r -> r.partition().topic()).toArray());
      array(statement, 2, "int4", moving.stream().map(r -> r.partition().number()).toArray());
      array(statement, 3, "int8", moving.stream().map(PartitionRange::from).toArray());
      array(statement, 4, "int8", moving.stream().map(PartitionRange::until).toArray());
      statement.setString(5, jobId);
      if (statement.executeUpdate() != moving.size()) {
        throw new IllegalStateException("locked ledger rows of job " + jobId + " moved");
      }
    }
  }

  private void array(PreparedStatement statement, int at, String type, Object[] values)
      throws SQLException {
    statement.setArray(at, connection.createArrayOf(type, values));
  }
}
