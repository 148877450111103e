package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.Database;
import dev.tidemark.job.ledger.LedgerTables;
import dev.tidemark.job.ledger.OffsetGap;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.PerEpoch;
import dev.tidemark.job.sink.Written;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * What a program of the user's own writes to a database, in the transaction that moves the ledger.
 * A commit whose outcome is unknown is {@code SinkUnavailable}; asked again for the same range, it
 * finds out and writes nothing twice.
 */
public final class ProgramSink {
  private static final PerEpoch<ProgramSink> LAST = new PerEpoch<>();

  private final Database database;
  private final TableName table;
  private final String jobId;
  private final long epoch;
  private volatile LedgerTables tables;

  /** The one of this JVM; the database is asked later. */
  public static ProgramSink of(Settings.Jdbc jdbc, String jobId, long epoch) {
    return LAST.of(jobId, epoch, () -> new ProgramSink(jdbc, jobId, epoch));
  }

  ProgramSink(Settings.Jdbc jdbc, String jobId, long epoch) {
    this.database = new Database(jdbc);
    this.table = TableName.parse(jdbc.table());
    this.jobId = jobId;
    this.epoch = epoch;
  }

  /** The program's part of a transaction. */
  public interface Work {
    /**
     * Writes.
     *
     * @return how many rows, as far as that is known
     */
    long write(Connection connection) throws Exception;
  }

  /** A transaction that begins with the locks of the ledger. */
  private interface Locking {
    Locked lock(Connection connection, LedgerTables ledger) throws SQLException;
  }

  /** What then is done; nothing of the program has run before. */
  private interface Locked {
    Written write() throws SQLException;
  }

  /**
   * Writes what became of a range of one partition.
   *
   * @throws Trouble {@code Fenced}, {@code LedgerWentBack}, {@code OffsetGap}, {@code
   *     CheckpointDiverged} when the ledger stands inside the range, {@code BatchFailed} when the
   *     program fails, what the database says
   */
  public Written partition(PartitionRange range, Work work) {
    if (range.from() >= range.until()) {
      return new Written(0, 0, true);
    }
    return inTransaction(
        (connection, ledger) -> {
          RangeTransaction transaction =
              new RangeTransaction(connection, ledger, jobId, epoch, range);
          long at = transaction.lock();
          if (range.until() <= at) {
            return () -> new Written(0, 0, true);
          }
          if (range.from() > at) {
            throw OffsetGap.of(range, at);
          }
          if (range.from() < at) {
            throw new Trouble(
                Reason.CheckpointDiverged,
                "the ledger stands at "
                    + at
                    + ", inside the range of "
                    + range.partition()
                    + " that the program has read: nothing is written");
          }
          return () -> {
            long rows = done(connection, work);
            transaction.move(at);
            return new Written(range.until() - range.from(), rows, false);
          };
        });
  }

  /**
   * Writes what became of a whole batch.
   *
   * @param ranges of all partitions, possibly empty
   * @throws Trouble as {@link #partition} does
   */
  public Written batch(List<PartitionRange> ranges, Work work) {
    return inTransaction(
        (connection, ledger) -> {
          LedgerVector vector = new LedgerVector(connection, ledger, jobId, epoch, ranges);
          if (!vector.lock()) {
            return () -> new Written(0, 0, true);
          }
          return () -> {
            long rows = done(connection, work);
            vector.move();
            long records = ranges.stream().mapToLong(r -> r.until() - r.from()).sum();
            return new Written(records, rows, false);
          };
        });
  }

  private static long done(Connection connection, Work work) throws SQLException {
    try {
      return work.write(LentConnection.of(connection));
    } catch (SQLException | Trouble e) {
      throw e;
    } catch (Exception e) {
      if (e.getCause() instanceof SQLException sql) {
        throw sql;
      }
      throw new Trouble(
          Reason.BatchFailed, "the program failed where it writes its results: " + e, e);
    }
  }

  private Written inTransaction(Locking locking) {
    String name = Database.sessionName(jobId, epoch);
    while (true) {
      Session session = Sessions.borrow(database, jobId, name);
      Locked locked = null;
      boolean clean = false;
      try {
        locked = locking.lock(session.connection(), ledger(session.connection()));
        Written written = locked.write();
        session.connection().commit();
        clean = true;
        return written;
      } catch (SQLException e) {
        // A session that died while it rested says nothing about the database now.
        if (locked == null && session.reused() && SqlTrouble.isAway(e)) {
          continue;
        }
        throw SqlTrouble.of(e, "the program was writing beside " + table);
      } finally {
        if (clean) {
          Sessions.release(database, jobId, name, session);
        } else {
          session.abort();
        }
      }
    }
  }

  private LedgerTables ledger(Connection connection) throws SQLException {
    LedgerTables known = tables;
    if (known == null) {
      known = LedgerTables.beside(connection, table);
      tables = known;
    }
    return known;
  }
}
