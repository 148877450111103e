package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The ledger beside a PostgreSQL sink. One connection, made when needed and dropped at the first
 * error.
 */
public final class PostgresLedger implements Ledger {

  /** How long the sessions of earlier epochs may take to die before the database counts as away. */
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private final Database database;
  private final TableName sink;
  private Connection connection;
  private String sessionName = "tm-reader";
  private String unknownOutcome = "";

  /** Nothing is connected yet. */
  public PostgresLedger(Settings settings) {
    this(settings.definition().sink().jdbc());
  }

  /** The ledger beside a table. */
  public PostgresLedger(Settings.Jdbc jdbc) {
    this.database = new Database(jdbc);
    this.sink = TableName.parse(jdbc.table());
  }

  private interface Work<T> {
    T run(Connection connection, LedgerTables tables) throws SQLException;
  }

  private synchronized <T> T with(String doing, Work<T> work) {
    boolean reused = connection != null;
    try {
      return once(work);
    } catch (SQLException e) {
      drop();
      if (reused && SqlTrouble.isAway(e)) {
        // A session that was ended while it lay idle says nothing about the database now.
        return fresh(doing, work);
      }
      throw SqlTrouble.of(e, doing);
    }
  }

  private <T> T fresh(String doing, Work<T> work) {
    try {
      return once(work);
    } catch (SQLException e) {
      drop();
      throw SqlTrouble.of(e, doing);
    }
  }

  private <T> T once(Work<T> work) throws SQLException {
    if (connection == null) {
      connection = database.connect(sessionName);
    }
    LedgerTables tables = null;
    try {
      tables = LedgerTables.beside(connection, sink);
      T result = work.run(connection, tables);
      connection.commit();
      return result;
    } catch (SQLException e) {
      if (tables != null && SqlTrouble.state(e).equals("42501")) {
        Trouble refused = tables.denied(connection, e);
        drop();
        throw refused;
      }
      throw e;
    } catch (Trouble e) {
      drop();
      throw e;
    }
  }

  private void drop() {
    if (connection != null) {
      Database.closeQuietly(connection);
      connection = null;
    }
  }

  @Override
  public String shown() {
    return database.shown();
  }

  @Override
  public Optional<LedgerState> read(String jobId) {
    return with(
        "reading the ledger",
        (c, tables) -> tables.exist(c) ? state(c, tables, jobId) : Optional.<LedgerState>empty());
  }

  private static Optional<LedgerState> state(Connection c, LedgerTables tables, String jobId)
      throws SQLException {
    String sql =
        "SELECT j.epoch, j.revision, j.state, o.topic, o.partition, o.until_offset FROM "
            + tables.jobs()
            + " j LEFT JOIN "
            + tables.offsets()
            + " o ON o.job_id = j.job_id WHERE j.job_id = ?";
    try (PreparedStatement statement = c.prepareStatement(sql)) {
      statement.setString(1, jobId);
      try (ResultSet result = statement.executeQuery()) {
        if (!result.next()) {
          return Optional.empty();
        }
        long epoch = result.getLong(1);
        int revision = result.getInt(2);
        boolean sealed = result.getString(3).equals("sealed");
        Map<Partition, Long> until = new HashMap<>();
        do {
          if (result.getString(4) != null) {
            until.put(new Partition(result.getString(4), result.getInt(5)), result.getLong(6));
          }
        } while (result.next());
        return Optional.of(new LedgerState(epoch, revision, sealed, until));
      }
    }
  }

  @Override
  public synchronized LedgerState takeEpoch(String jobId, long epoch, int revision) {
    sessionName = Database.sessionName(jobId, epoch);
    return with(
        "taking epoch " + epoch,
        (c, tables) -> {
          rename(c);
          if (!tables.exist(c)) {
            tables.create(c);
          }
          c.commit();
          take(c, tables, jobId, epoch, revision);
          return state(c, tables, jobId).orElseThrow();
        });
  }

  /**
   * The connection may be older than the epoch. Committed at once: a roll-back would give it its
   * old name again.
   */
  private void rename(Connection c) throws SQLException {
    try (Statement statement = c.createStatement()) {
      statement.execute("SET application_name = '" + sessionName + "'");
    }
    c.commit();
  }

  private void take(Connection c, LedgerTables tables, String jobId, long epoch, int revision)
      throws SQLException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      EarlierSessions.end(c, jobId, epoch);
      try {
        if (!update(c, tables, jobId, epoch, revision)) {
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
                  + database.shown()
                  + " and could not be ended; end it, or GRANT pg_signal_backend to the job's role",
              e);
        }
        c.rollback();
      }
    }
  }

  private static boolean update(
      Connection c, LedgerTables tables, String jobId, long epoch, int revision)
      throws SQLException {
    String sql =
        "INSERT INTO "
            + tables.jobs()
            + " AS j (job_id, revision, epoch, state, updated_at) VALUES (?, ?, ?, 'open', now())"
            + " ON CONFLICT (job_id) DO UPDATE SET epoch = excluded.epoch, revision = excluded.revision,"
            + " updated_at = now() WHERE j.epoch < excluded.epoch AND j.state = 'open'";
    try (Statement local = c.createStatement();
        PreparedStatement statement = c.prepareStatement(sql)) {
      local.execute("SET LOCAL lock_timeout = 1000");
      // A role may trade durability for speed: rows and offsets are then lost together, and written
      // again. An epoch must
      // not be lost, or a run that was fenced could commit again after a crash of the server.
      local.execute(
          "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'");
      statement.setString(1, jobId);
      statement.setInt(2, revision);
      statement.setLong(3, epoch);
      return statement.executeUpdate() == 1;
    }
  }

  private void refuse(Connection c, LedgerTables tables, String jobId, long epoch)
      throws SQLException {
    LedgerState found = state(c, tables, jobId).orElseThrow();
    if (found.sealed()) {
      throw new Trouble(
          Reason.LedgerSealed,
          "the ledger of job "
              + jobId
              + " in "
              + database.shown()
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

  @Override
  public LedgerState open(
      String jobId, long epoch, LedgerIdentity identity, Map<Partition, Long> startingOffsets) {
    return with(
        "opening the ledger",
        (c, tables) -> {
          Opening opening = new Opening(c, tables, jobId);
          opening.requireEpoch(epoch);
          opening.requireIdentity(identity);
          opening.insert(identity, startingOffsets);
          return state(c, tables, jobId).orElseThrow();
        });
  }

  @Override
  public synchronized void close() {
    drop();
  }
}
