package dev.tidemark.job.sink;

import dev.tidemark.job.expression.Rows;
import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * One COPY of a range's rows, streamed: no more than a chunk is held. It is only started when there
 * is a first row. For every line it remembers the offset it came from, so that a refused row can be
 * found in the topic.
 */
final class CopyRun {

  private static final int CHUNK = 64 * 1024;
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
    CopyIn copy = session.copy().copyIn(target.copy());
    while (source.hasNext()) {
      text.append(source.next());
      remember(source.offset());
      if (text.length() >= CHUNK) {
        flush(copy);
      }
    }
    flush(copy);
    copy.endCopy();
    return rows;
  }

  private void flush(CopyIn copy) throws SQLException {
    copy.writeToCopy(text.buffer(), 0, text.length());
    text.clear();
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
    String state = SqlTrouble.state(e);
    if (SqlTrouble.isAway(e) || !SqlTrouble.isRow(state)) {
      return SqlTrouble.of(e, "writing to " + target.table());
    }
    ServerErrorMessage server =
        e instanceof PSQLException psql ? psql.getServerErrorMessage() : null;
    return new Trouble(
        Reason.SinkRejectedRow,
        "the table "
            + target.table()
            + " refuses a row: "
            + SqlTrouble.said(e)
            + where(server)
            + advice(state),
        e);
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

  private static String advice(String state) {
    return switch (state) {
      case "23502" ->
          "; leave such records out in the filter (IS NOT NULL) or allow NULL in the table";
      case "23505" ->
          "; Tidemark itself writes no row twice, so two records give the same key: allow that in the table";
      case "22021" ->
          "; PostgreSQL text cannot hold the character 0: leave such records out in the filter";
      case "22001" -> "; shorten the value in the select or widen the column";
      default -> "; leave such records out in the filter, or change the table";
    };
  }
}
