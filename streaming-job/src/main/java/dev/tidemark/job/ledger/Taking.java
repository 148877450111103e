package dev.tidemark.job.ledger;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * How a later run takes a job's row in a database from an earlier one that may still be at work.
 */
final class Taking {

  /** How long the sessions of earlier epochs may take to die before the database counts as away. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private final String shown;
  private String unknownOutcome = "";

  /** In the database that people know as {@code shown}. */
  Taking(String shown) {
    this.shown = shown;
  }

  /** What is to be done to the job's row. */
  interface Change {
    /** False when the row says that it must not be made. */
    boolean made() throws SQLException;
  }

  /**
   * Ends the sessions of earlier epochs and makes the change, in a transaction that it commits.
   *
   * @throws Trouble {@code Fenced} or {@code LedgerSealed} when the row says so
   */
  void take(Connection c, LedgerTables tables, String jobId, long epoch, Change change)
      throws SQLException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      EarlierSessions.end(c, jobId, epoch);
      try {
        careful(c);
        if (!change.made()) {
          refuse(c, tables, jobId, epoch);
        }
        unknownOutcome = jobId + "/" + epoch;
        c.commit();
        unknownOutcome = "";
        return;
      } catch (SQLException e) {
        // 55P03: a session of an earlier epoch still holds the row; perhaps one that came after the
        // last look.
        if (!SqlTrouble.state(e).equals("55P03")) {
          throw e;
        }
        if (System.nanoTime() > deadline) {
          throw new Trouble(
              Reason.SinkUnavailable,
              "another session holds the ledger row of job "
                  + jobId
                  + " in "
                  + shown
                  + " and could not be ended; end it, or GRANT pg_signal_backend to the job's role",
              e);
        }
        c.rollback();
      }
    }
  }

  private static void careful(Connection c) throws SQLException {
    try (Statement local = c.createStatement()) {
      local.execute("SET LOCAL lock_timeout = 1000");
      // A role may trade durability for speed: rows and offsets are then lost together, and written
      // again. An epoch must not be lost, or a run that was fenced could commit again after a crash
      // of the server.
      local.execute(
          "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'");
    }
  }

  /**
   * Writes the job's row, open, for an epoch.
   *
   * @param owner who writes, by {@link Ledgers#owner}; null leaves what is there
   * @param when a row that is there, {@code j}, may be replaced
   * @return false when it may not
   */
  static boolean row(
      Connection c,
      LedgerTables tables,
      String jobId,
      String owner,
      long epoch,
      int revision,
      String when)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + tables.jobs()
            + " AS j (job_id, revision, epoch, state, updated_at, owner) VALUES (?, ?, ?, 'open', now(), ?)"
            + " ON CONFLICT (job_id) DO UPDATE SET epoch = excluded.epoch, revision = excluded.revision,"
            + " state = excluded.state, updated_at = now(), owner = coalesce(excluded.owner, j.owner) WHERE "
            + when;
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setString(1, jobId);
      statement.setInt(2, revision);
      statement.setLong(3, epoch);
      statement.setString(4, owner);
      return statement.executeUpdate() == 1;
    }
  }

  private void refuse(Connection c, LedgerTables tables, String jobId, long epoch)
      throws SQLException {
    LedgerState found = tables.state(c, jobId).orElseThrow();
    if (found.sealed()) {
      throw new Trouble(
          Reason.LedgerSealed,
          "the ledger of job "
              + jobId
              + " in "
              + shown
              + " was handed over to another sink; nothing may commit here");
    }
    // A commit of ours whose answer was lost.
    if (found.epoch() == epoch && unknownOutcome.equals(jobId + "/" + epoch)) {
      return;
    }
    throw new Trouble(
        Reason.Fenced,
        "the ledger of job "
            + jobId
            + " already knows epoch "
            + found.epoch()
            + ", so epoch "
            + epoch
            + " may not commit");
  }
}
