package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.Database;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** One database session of an epoch, used by one task at a time and kept between batches. */
final class Session {

  private static final long TRUSTED_NANOS = 10_000_000_000L;
  private static final int VALIDATION_SECONDS = 3;

  private final Connection connection;
  private final boolean reused;
  private long idleSince;
  private boolean aborted;

  private Session(Connection connection, boolean reused) {
    this.connection = connection;
    this.reused = reused;
  }

  /** A new session. */
  static Session open(Database database, String name) {
    return new Session(database.connect(name), false);
  }

  /** The same session for its next task, or null when it is no longer good. */
  Session again() {
    try {
      // After a pause the way to the server may be gone without a word; a failing write would wait
      // for it for minutes.
      boolean trusted = System.nanoTime() - idleSince < TRUSTED_NANOS;
      if (trusted || connection.isValid(VALIDATION_SECONDS)) {
        return new Session(connection, true);
      }
    } catch (SQLException e) {
      // Not valid, then.
      abort();
      return null;
    }
    abort();
    return null;
  }

  /** Marks the end of a task. */
  void rest() {
    idleSince = System.nanoTime();
  }

  /** How long it has been resting. */
  long idleNanos() {
    return System.nanoTime() - idleSince;
  }

  Connection connection() {
    return connection;
  }

  CopyManager copy() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI();
  }

  /** True when it served another task before: its first error may be an old one. */
  boolean reused() {
    return reused;
  }

  /** True once {@link #abort} was called. */
  boolean aborted() {
    return aborted;
  }

  /** Ends it the polite way. */
  void close() {
    Database.closeQuietly(connection);
  }

  /**
   * Drops the socket. The server sees the end of the stream and rolls back; nothing is waited for.
   */
  void abort() {
    aborted = true;
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // There is nothing left to drop.
      return;
    }
  }
}
