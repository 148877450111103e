package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.expression.CompiledPipeline;
import dev.tidemark.job.expression.Malformed;
import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Rows;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.ledger.Database;
import dev.tidemark.job.ledger.OffsetGap;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.FromLedger;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.Written;
import java.sql.SQLException;
import java.util.Iterator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows into a PostgreSQL table by COPY, in the transaction that moves the ledger. Made once per JVM
 * and epoch.
 */
public final class PostgresRowSink implements RowSink {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresRowSink.class);

  private final Database database;
  private final CompiledPipeline pipeline;
  private final String jobId;
  private final long epoch;
  private final String sessionName;
  private volatile SinkTarget target;

  /**
   * Compiles the expressions; the database is asked later.
   *
   * @throws Trouble {@code InvalidFilter} or {@code InvalidSelect}
   */
  public PostgresRowSink(Settings settings, String jobId, long epoch) {
    this(
        settings.definition().sink().jdbc(),
        Pipeline.compile(Selection.of(settings.definition())),
        jobId,
        epoch);
  }

  PostgresRowSink(Settings.Jdbc jdbc, CompiledPipeline pipeline, String jobId, long epoch) {
    this.database = new Database(jdbc);
    this.pipeline = pipeline;
    this.jobId = jobId;
    this.epoch = epoch;
    this.sessionName = Database.sessionName(jobId, epoch);
  }

  /** What a try found in the ledger, with the session that holds the locks. */
  private record Locked(
      Session session, SinkTarget target, RangeTransaction transaction, long until) {}

  @Override
  public void prepare() {
    Session session = Sessions.borrow(database, jobId, sessionName);
    try {
      target(session);
      release(session);
    } catch (SQLException e) {
      session.abort();
      throw SqlTrouble.of(e, "looking at the table " + database.jdbc().table());
    } catch (Trouble e) {
      session.abort();
      throw e;
    }
  }

  @Override
  public Written write(
      PartitionRange range, Iterator<ConsumerRecord<byte[], byte[]>> records, Malformed malformed) {
    if (range.from() >= range.until()) {
      return new Written(0, 0, true);
    }
    Locked locked = lock(range);
    Session session = locked.session();
    boolean clean = false;
    try {
      Written written = write(locked, range, records, malformed);
      clean = true;
      return written;
    } catch (SQLException e) {
      throw SqlTrouble.of(e, "writing to " + database.jdbc().table());
    } finally {
      if (clean) {
        release(session);
      } else {
        session.abort();
      }
    }
  }

  private void release(Session session) {
    Sessions.release(database, jobId, sessionName, session);
  }

  private Locked lock(PartitionRange range) {
    while (true) {
      Session session = Sessions.borrow(database, jobId, sessionName);
      boolean clean = false;
      try {
        SinkTarget place = target(session);
        RangeTransaction transaction =
            new RangeTransaction(session.connection(), place.ledger(), jobId, epoch, range);
        long until = transaction.lock();
        clean = true;
        return new Locked(session, place, transaction, until);
      } catch (SQLException e) {
        // A session that died while it rested says nothing about the database now. A new one gets
        // no second try.
        if (session.reused() && SqlTrouble.isAway(e)) {
          continue;
        }
        throw ledgerTrouble(session, e, range);
      } finally {
        if (!clean) {
          session.abort();
        }
      }
    }
  }

  private Trouble ledgerTrouble(Session session, SQLException e, PartitionRange range) {
    SinkTarget place = target;
    String doing = "locking the ledger row of " + range.partition();
    if (place == null) {
      return SqlTrouble.of(e, doing);
    }
    target = null;
    return place.ledgerTrouble(session.connection(), e, doing);
  }

  private SinkTarget target(Session session) throws SQLException {
    SinkTarget known = target;
    if (known == null) {
      known =
          SinkTarget.of(
              session.connection(), database.jdbc(), ResultShape.appended(pipeline.schema()));
      target = known;
    }
    return known;
  }

  private Written write(
      Locked locked,
      PartitionRange range,
      Iterator<ConsumerRecord<byte[], byte[]>> records,
      Malformed malformed)
      throws SQLException {
    long until = locked.until();
    if (range.until() <= until) {
      locked.session().connection().rollback();
      return new Written(0, 0, true);
    }
    if (range.from() > until) {
      throw OffsetGap.of(range, until);
    }
    Rows rows = pipeline.apply(new FromLedger(records, range, until), malformed);
    CopyRun copy =
        new CopyRun(locked.session(), locked.target(), range, new CopyText(pipeline.schema()));
    try {
      long count = copy.write(rows);
      locked.transaction().move(until);
      Written written = new Written(rows.records(), count, false);
      commit(locked, range, written, copy);
      return written;
    } catch (SQLException e) {
      // The table may have been changed meanwhile: the next try looks at it again.
      target = null;
      throw copy.trouble(e);
    }
  }

  private void commit(Locked locked, PartitionRange range, Written written, CopyRun copy) {
    try {
      locked.session().connection().commit();
    } catch (SQLException e) {
      if (!SqlTrouble.isAway(e)) {
        throw copy.trouble(e);
      }
      settle(locked, range, written, e);
    }
  }

  /**
   * The answer to a commit was lost: it may have happened or not, and the server may even still be
   * at it. The locks tell: whoever gets the partition's row after it sees how it ended.
   */
  private void settle(Locked locked, PartitionRange range, Written written, SQLException lost) {
    LOG.warn(
        "the outcome of a commit of {} is unknown, reading the ledger: {}",
        range.partition(),
        SqlTrouble.said(lost));
    locked.session().abort();
    Locked again = lock(range);
    try {
      again.session().connection().rollback();
    } catch (SQLException e) {
      // Only read; the session is not used again either way.
      LOG.debug("rolling back a read", e);
    } finally {
      again.session().abort();
    }
    if (again.until() != range.until()) {
      throw new Trouble(
          Reason.SinkUnavailable,
          "the connection broke while "
              + range.partition()
              + " was being committed; the ledger shows that nothing of it"
              + " was written, it will be written again",
          lost);
    }
    LOG.info("the commit of {} rows of {} had happened", written.rows(), range.partition());
  }
}
