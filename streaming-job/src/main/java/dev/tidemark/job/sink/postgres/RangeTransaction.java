package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.EpochRule;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The ledger's half of a result transaction: locks first, the new offset last. */
final class RangeTransaction {

  private final Connection connection;
  private final LedgerTables tables;
  private final String jobId;
  private final long epoch;
  private final PartitionRange range;

  RangeTransaction(
      Connection connection, LedgerTables tables, String jobId, long epoch, PartitionRange range) {
    this.connection = connection;
    this.tables = tables;
    this.jobId = jobId;
    this.epoch = epoch;
    this.range = range;
  }

  /**
   * Locks the job's row (shared: nobody can take an epoch until this transaction ends) and the
   * partition's row, and returns the partition's offset. One round trip.
   *
   * @throws Trouble {@code Fenced}, {@code LedgerWentBack}, {@code LedgerSealed}, {@code OffsetGap}
   */
  long lock() throws SQLException {
    String sql =
        "SELECT epoch, state FROM "
            + tables.jobs()
            + " WHERE job_id = ? FOR SHARE; SELECT until_offset FROM "
            + tables.offsets()
            + " WHERE job_id = ? AND topic = ? AND partition = ? FOR UPDATE";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, jobId);
      statement.setString(2, jobId);
      statement.setString(3, range.partition().topic());
      statement.setInt(4, range.partition().number());
      statement.execute();
      try (ResultSet job = statement.getResultSet()) {
        EpochRule.require(job, jobId, epoch);
      }
      statement.getMoreResults();
      try (ResultSet offset = statement.getResultSet()) {
        if (!offset.next()) {
          throw new Trouble(
              Reason.OffsetGap,
              "the ledger has no row of partition "
                  + range.partition()
                  + "; nothing is written before it is opened");
        }
        return offset.getLong(1);
      }
    }
  }

  /** Moves the partition's offset to the end of the range. */
  void move(long from) throws SQLException {
    String sql =
        "UPDATE "
            + tables.offsets()
            + " SET until_offset = ? WHERE job_id = ? AND topic = ? AND partition = ? AND until_offset = ?";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, range.until());
      statement.setString(2, jobId);
      statement.setString(3, range.partition().topic());
      statement.setInt(4, range.partition().number());
      statement.setLong(5, from);
      if (statement.executeUpdate() != 1) {
        throw new IllegalStateException("the locked ledger row of " + range.partition() + " moved");
      }
    }
  }
}
