package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.expression.Rows;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Trouble;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.catalyst.InternalRow;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * One COPY of a range's rows, streamed: no more than a chunk is held. It is only started when there
 * is a first row. For every line it remembers the offset it came from, so that a refused row can be
 * found in the topic.
 */
final class CopyRun {

  private static final Pattern LINE = Pattern.compile("COPY .*?, line (\\d+)", Pattern.DOTALL);

  private final Session session;
  private final SinkTarget target;
  private final PartitionRange range;
  private final CopyText text;
  private long[] offsets = new long[256];
  private int rows;

  CopyRun(Session session, SinkTarget target, PartitionRange range, CopyText text) {
    this.session = session;
    this.target = target;
    this.range = range;
    this.text = text;
  }

  /** Writes all rows and returns how many there were. */
  long write(Rows source) throws SQLException {
    if (!source.hasNext()) {
      return 0;
    }
    CopyStream copy = CopyStream.start(session, target.copy(), text);
    while (source.hasNext()) {
      // Remembered first: the row may be refused while it is being appended.
      InternalRow row = source.next();
      remember(source.offset());
      copy.append(row);
    }
    copy.end();
    return rows;
  }

  private void remember(long offset) {
    if (rows == offsets.length) {
      offsets = Arrays.copyOf(offsets, rows * 2);
    }
    offsets[rows++] = offset;
  }

  /**
   * What an error while writing or committing the rows means; the row's data are kept out of the
   * message.
   */
  Trouble trouble(SQLException e) {
    ServerErrorMessage server =
        e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    return RefusedRow.trouble(e, target.table(), where(server));
  }

  private String where(ServerErrorMessage server) {
    Matcher line =
        LINE.matcher(server == null || server.getWhere() == null ? "" : server.getWhere());
    if (line.find()) {
      int number = Integer.parseInt(line.group(1));
      if (number >= 1 && number <= rows) {
        return ", made of the record at " + range.partition() + ", offset " + offsets[number - 1];
      }
    }
    return ", made of a record at "
        + range.partition()
        + ", offsets "
        + range.from()
        + " to "
        + (range.until() - 1);
  }
}
