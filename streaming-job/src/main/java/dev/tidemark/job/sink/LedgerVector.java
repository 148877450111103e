package dev.tidemark.job.sink;

import dev.tidemark.job.ledger.EpochRule;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.OffsetGap;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
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
public final class LedgerVector {

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
   * @throws Trouble {@code Fenced}, {@code LedgerSealed}
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
   * @throws Trouble {@code Fenced}, {@code LedgerSealed}, {@code OffsetGap}, {@code
   *     CheckpointDiverged}
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
    return isDue(ranges, until);
  }

  /**
   * Whether a batch is the next one.
   *
   * @param until the ledger
   * @return false when the ledger already holds all of it
   * @throws Trouble {@code OffsetGap}, {@code CheckpointDiverged}
   */
  public static boolean isDue(List<PartitionRange> ranges, Map<Partition, Long> until) {
    boolean due = true;
    boolean done = true;
    for (PartitionRange range : ranges) {
      long at = at(until, range.partition());
      due &= range.from() == at;
      done &= range.until() <= at;
    }
    if (!due && !done) {
      refuse(ranges, until);
    }
    return due;
  }

  private static long at(Map<Partition, Long> until, Partition partition) {
    Long at = until.get(partition);
    if (at == null) {
      throw new Trouble(
          Reason.OffsetGap,
          "the ledger has no row of partition "
              + partition
              + "; nothing is written before it is opened");
    }
    return at;
  }

  private static void refuse(List<PartitionRange> ranges, Map<Partition, Long> until) {
    PartitionRange other = null;
    for (PartitionRange range : ranges) {
      long at = until.get(range.partition());
      if (range.from() > at) {
        throw OffsetGap.of(range, at);
      }
      boolean straddles = range.from() < at && at < range.until();
      other = straddles || (other == null && range.from() != at) ? range : other;
    }
    throw new Trouble(
        Reason.CheckpointDiverged,
        "the batch has the offsets "
            + other.from()
            + " to "
            + other.until()
            + " of "
            + other.partition()
            + ", but the ledger stands at "
            + until.get(other.partition())
            + ", and not all of the batch is before the ledger or after it: nothing is written, since some of its"
            + " records would count twice");
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
