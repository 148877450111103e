package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.Database;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.Staged;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Results in a PostgreSQL table. Tasks COPY into a staging table, each in a transaction of its own;
 * the driver merges a batch and moves the ledger in one. Made once per JVM and epoch.
 */
public final class PostgresResultSink implements ResultSink {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresResultSink.class);

  /** New sessions for one commit: its answer may be lost, and so may that of the try after it. */
  private static final int MOST_SESSIONS = 3;

  private final Database database;
  private final StructType schema;
  private final ResultShape shape;
  private final String jobId;
  private final long epoch;
  private final String sessionName;
  private final Tidying tidying = new Tidying();
  private volatile SinkTarget target;
  private volatile LedgerTables ledger;

  /** Nothing is connected yet. */
  public PostgresResultSink(
      Settings settings, String jobId, long epoch, StructType schema, List<String> keys) {
    this(settings.definition().sink().jdbc(), jobId, epoch, schema, keys);
  }

  PostgresResultSink(
      Settings.Jdbc jdbc, String jobId, long epoch, StructType schema, List<String> keys) {
    this.database = new Database(jdbc);
    this.schema = schema;
    this.shape = jdbc.upsert() ? ResultShape.upserted(schema, keys) : ResultShape.appended(schema);
    this.jobId = jobId;
    this.epoch = epoch;
    this.sessionName = Database.sessionName(jobId, epoch);
  }

  @Override
  public void open() {
    boolean again = true;
    while (again) {
      Session session = borrow();
      boolean clean = false;
      try {
        open(session.connection());
        clean = true;
        again = false;
        release(session);
      } catch (SQLException e) {
        // A session that died while it rested says nothing about the database now.
        if (!session.reused() || !isBroken(e)) {
          throw SqlTrouble.of(e, "making the staging table beside " + table());
        }
      } finally {
        if (!clean) {
          session.abort();
        }
      }
    }
  }

  private void open(Connection connection) throws SQLException {
    target = null;
    SinkTarget place = target(connection);
    requireEpoch(connection, place);
    staging(place.ledger()).create(connection, place.columns());
    connection.commit();
    staging(place.ledger()).dropEarlier(connection);
  }

  private void requireEpoch(Connection connection, SinkTarget place) throws SQLException {
    try {
      LedgerVector.requireEpoch(connection, place.ledger(), jobId, epoch);
    } catch (SQLException e) {
      if (SqlTrouble.isAway(e)) {
        throw e;
      }
      throw place.ledgerTrouble(connection, e, "reading the epoch of job " + jobId);
    }
  }

  @Override
  public Staged stage(long batch, Part part, Iterator<InternalRow> rows) {
    if (!rows.hasNext()) {
      return new Staged(part.attempt(), 0);
    }
    CopyText text = new CopyText(schema, StagingTable.lines(batch, part.attempt()));
    while (true) {
      Session session = borrow();
      boolean clean = false;
      boolean started = false;
      try {
        String sql = staging(ledger(session.connection())).copy();
        CopyStream copy = CopyStream.start(session, sql, text);
        started = true;
        long count = 0;
        for (; rows.hasNext(); count++) {
          copy.append(rows.next());
        }
        copy.end();
        session.connection().commit();
        clean = true;
        release(session);
        return new Staged(part.attempt(), count);
      } catch (SQLException e) {
        if (started || !session.reused() || !isBroken(e)) {
          throw started
              ? RefusedRow.trouble(e, table(), ", a result of the batch of " + batch)
              : notStaged(session.connection(), e);
        }
      } finally {
        if (!clean) {
          session.abort();
        }
      }
    }
  }

  /** The staging table is not as it should be: that of an epoch that is over was dropped. */
  private Trouble notStaged(Connection connection, SQLException e) {
    ledger = null;
    target = null;
    if (SqlTrouble.state(e).equals("42P01")) {
      try {
        connection.rollback();
        SinkTarget place = target(connection);
        requireEpoch(connection, place);
        return staging(place.ledger()).gone(e);
      } catch (SQLException second) {
        e.addSuppressed(second);
      }
    }
    return SqlTrouble.of(e, "staging results of " + table());
  }

  @Override
  public boolean commit(long batch, List<Staged> staged, List<PartitionRange> ranges) {
    requireRepeatable(staged, ranges);
    boolean unknown = false;
    int sessions = 0;
    while (true) {
      Session session = borrow();
      sessions += session.reused() ? 0 : 1;
      boolean clean = false;
      boolean asked = false;
      try {
        SinkTarget place = target(session.connection());
        boolean due = merge(session.connection(), place, batch, staged, ranges);
        asked = due;
        if (due) {
          session.connection().commit();
        } else {
          session.connection().rollback();
        }
        asked = false;
        clean = !due || tidying.after(staged, staging(place.ledger()), session.connection());
        if (clean) {
          release(session);
        }
        // What an earlier try of this call had committed was not there before.
        return due || unknown;
      } catch (SQLException e) {
        if (!isBroken(e) || (sessions >= MOST_SESSIONS && !session.reused())) {
          throw notMerged(session.connection(), batch, e);
        }
        unknown |= asked;
        LOG.warn(
            "the connection broke while the batch of {} was being {}; it is tried again after a look at the ledger: {}",
            batch,
            asked ? "committed" : "merged",
            SqlTrouble.said(e));
      } finally {
        if (!clean) {
          session.abort();
        }
      }
    }
  }

  /**
   * Whether a transaction happened is seen from an offset that moved; an upsert may be repeated.
   */
  private void requireRepeatable(List<Staged> staged, List<PartitionRange> ranges) {
    boolean moves = ranges.stream().anyMatch(range -> range.until() > range.from());
    if (!moves && !shape.upsert() && staged.stream().anyMatch(s -> s.rows() > 0)) {
      throw new IllegalStateException("rows of a batch without records cannot be appended once");
    }
  }

  private boolean merge(
      Connection connection,
      SinkTarget place,
      long batch,
      List<Staged> staged,
      List<PartitionRange> ranges)
      throws SQLException {
    LedgerVector vector = new LedgerVector(connection, place.ledger(), jobId, epoch, ranges);
    boolean due;
    try {
      due = vector.lock();
    } catch (SQLException e) {
      if (SqlTrouble.isAway(e)) {
        throw e;
      }
      target = null;
      throw place.ledgerTrouble(connection, e, "locking the ledger rows of job " + jobId);
    }
    if (due) {
      new Merge(place, shape, staging(place.ledger())).run(connection, batch, staged);
      vector.move();
    }
    return due;
  }

  private Trouble notMerged(Connection connection, long batch, SQLException e) {
    SinkTarget place = target;
    target = null;
    return place == null
        ? SqlTrouble.of(e, "looking at the table " + table())
        : new MergeTrouble(table(), shape, staging(place.ledger()), batch).of(connection, e);
  }

  private SinkTarget target(Connection connection) throws SQLException {
    SinkTarget known = target;
    if (known == null) {
      known = SinkTarget.of(connection, database.jdbc(), shape);
      target = known;
    }
    return known;
  }

  private LedgerTables ledger(Connection connection) throws SQLException {
    LedgerTables known = ledger;
    if (known == null) {
      known = LedgerTables.beside(connection, table());
      ledger = known;
    }
    return known;
  }

  private StagingTable staging(LedgerTables beside) {
    return StagingTable.beside(beside, jobId, epoch);
  }

  private TableName table() {
    return TableName.parse(database.jdbc().table());
  }

  /** True when it is the session that broke, so that a new one may do better at once. */
  private static boolean isBroken(SQLException e) {
    String state = SqlTrouble.state(e);
    return state.startsWith("08")
        || state.startsWith("57P")
        || state.startsWith("40")
        || e.getCause() instanceof IOException;
  }

  private Session borrow() {
    return Sessions.borrow(database, jobId, sessionName);
  }

  private void release(Session session) {
    Sessions.release(database, jobId, sessionName, session);
  }
}
