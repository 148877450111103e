package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.SQLException;

/** What an error over rows means; the rows' data are kept out of the message. */
final class RefusedRow {

  private RefusedRow() {}

  /**
   * The trouble of an error while rows were being written or committed.
   *
   * @param where continues "refuses a row: ..." with where the row came from
   */
  static Trouble trouble(SQLException e, TableName table, String where) {
    String state = SqlTrouble.state(e);
    if (SqlTrouble.isAway(e) || !SqlTrouble.isRow(state)) {
      return SqlTrouble.of(e, "writing to " + table);
    }
    return new Trouble(
        Reason.SinkRejectedRow,
        "the table " + table + " refuses a row: " + SqlTrouble.said(e) + where + advice(state),
        e);
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
