package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.ledger.TableName;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** What a failed merge means; the table may have been changed, so it is looked at again. */
record MergeTrouble(TableName table, ResultShape shape, StagingTable staging, long batch) {

  /** The trouble of an error while the batch was being merged or committed. */
  Trouble of(Connection connection, SQLException e) {
    String state = SqlTrouble.state(e);
    if (state.equals("21000")) {
      return new Trouble(
          Reason.SinkRejectedRow,
          "the batch of "
              + batch
              + " has two results whose keys are different to the job and the same to the table "
              + table
              + " (the type or the collation of a column ignores something, such as case): make the column text with a"
              + " deterministic collation, or make such keys the same in groupBy, as lower(...) does",
          e);
    }
    if (SqlTrouble.isAway(e) || SqlTrouble.isRow(state)) {
      return RefusedRow.trouble(e, table, ", a result of the batch of " + batch);
    }
    return changed(connection, e)
        .orElseGet(() -> SqlTrouble.of(e, "merging results into " + table));
  }

  private Optional<Trouble> changed(Connection connection, SQLException e) {
    try {
      connection.rollback();
      SinkTarget.look(connection, table, shape);
      return staging.exists(connection) ? Optional.empty() : Optional.of(staging.gone(e));
    } catch (SQLException second) {
      // The first error says more.
      e.addSuppressed(second);
      return Optional.empty();
    } catch (Trouble why) {
      return Optional.of(why);
    }
  }
}
