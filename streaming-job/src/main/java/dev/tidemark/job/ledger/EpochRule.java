package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The one rule of fencing: only the epoch in the job's row may commit, and only while the ledger is
 * open.
 */
public final class EpochRule {
  private EpochRule() {}

  /**
   * Looks at the result of {@code SELECT epoch, state} over the job's locked row.
   *
   * @throws Trouble {@code Fenced} or {@code LedgerSealed}
   */
  public static void require(ResultSet row, String jobId, long epoch) throws SQLException {
    if (!row.next()) {
      throw new Trouble(
          Reason.Fenced,
          "the ledger has no row of job "
              + jobId
              + ": it was deleted, or the database went back; nothing is written");
    }
    if (row.getLong(1) != epoch) {
      throw new Trouble(
          Reason.Fenced,
          "epoch "
              + row.getLong(1)
              + " of job "
              + jobId
              + " was taken by a later run; this run, epoch "
              + epoch
              + ", writes nothing any more");
    }
    if (!row.getString(2).equals("open")) {
      throw new Trouble(
          Reason.LedgerSealed,
          "the ledger of job "
              + jobId
              + " was handed over to another sink; nothing may commit here");
    }
  }
}
