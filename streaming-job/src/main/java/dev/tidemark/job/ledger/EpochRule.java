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
  private static final String NEXT =
      "nothing is written, and the next run begins with what is there now";

  private EpochRule() {}

  /**
   * Looks at the result of {@code SELECT epoch, state} over the job's locked row.
   *
   * @throws Trouble {@code Fenced}, {@code LedgerWentBack} or {@code LedgerSealed}
   */
  public static void require(ResultSet row, String jobId, long epoch) throws SQLException {
    if (!row.next()) {
      throw gone("the ledger's row of job " + jobId, null);
    }
    if (row.getLong(1) != epoch) {
      throw refused(jobId, row.getLong(1), epoch);
    }
    if (!row.getString(2).equals("open")) {
      throw new Trouble(
          Reason.LedgerSealed,
          "the ledger of job "
              + jobId
              + " was handed over to another sink; nothing may commit here");
    }
  }

  /** Why a run may not commit in a ledger that knows the job by another epoch. */
  static Trouble refused(String jobId, long known, long epoch) {
    return known < epoch
        ? new Trouble(
            Reason.LedgerWentBack,
            "the ledger of job "
                + jobId
                + " is of epoch "
                + known
                + ", which was before this run, epoch "
                + epoch
                + ": the store it is in went back; "
                + NEXT)
        : new Trouble(
            Reason.Fenced,
            "epoch "
                + known
                + " of job "
                + jobId
                + " was taken by a later run; this run, epoch "
                + epoch
                + ", writes nothing any more");
  }

  /** Something of the ledger is not there that this run has seen. */
  public static Trouble gone(String what, Throwable cause) {
    return new Trouble(
        Reason.LedgerWentBack,
        what + " is gone: it was deleted, or the store it is in went back; " + NEXT,
        cause);
  }
}
