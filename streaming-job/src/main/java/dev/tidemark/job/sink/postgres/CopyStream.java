package dev.tidemark.job.sink.postgres;

import java.sql.SQLException;
import org.apache.spark.sql.catalyst.InternalRow;
import org.postgresql.copy.CopyIn;

/** One COPY under way: no more than a chunk is held. */
final class CopyStream {

  private static final int CHUNK = 64 * 1024;

  private final CopyIn copy;
  private final CopyText text;

  private CopyStream(CopyIn copy, CopyText text) {
    this.copy = copy;
    this.text = text;
  }

  /** Starts it; the server has then seen table and columns, but no row. */
  static CopyStream start(Session session, String statement, CopyText text) throws SQLException {
    return new CopyStream(session.copy().copyIn(statement), text);
  }

  void append(InternalRow row) throws SQLException {
    text.append(row);
    if (text.length() >= CHUNK) {
      flush();
    }
  }

  /** Writes the rest; the server has then taken all rows. */
  void end() throws SQLException {
    flush();
    copy.endCopy();
  }

  private void flush() throws SQLException {
    copy.writeToCopy(text.buffer(), 0, text.length());
    text.clear();
  }
}
