package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.ledger.SqlTrouble;
import dev.tidemark.job.sink.Staged;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Throws merged rows away before they are many: a merge reads over those that are still there.
 * Between two batches the staging table holds nothing that is needed, so it is emptied as a whole,
 * which costs 2 to 3 ms for a few rows and 50 ms for a million, where deleting a million takes 400.
 */
final class Tidying {

  private static final Logger LOG = LoggerFactory.getLogger(Tidying.class);

  /** A merge reads over so many in about 2 ms. */
  private static final long MOST_ROWS = 20_000;

  /** However few the rows: those of failed attempts are not counted. */
  private static final int MOST_MERGES = 100;

  private long rows;
  private int merges;

  /**
   * After a commit. What was staged is visible by now, so nothing here may fail the batch.
   *
   * @return false when the session is not to be used again
   */
  boolean after(List<Staged> merged, StagingTable staging, Connection connection) {
    rows += merged.stream().mapToLong(Staged::rows).sum();
    merges++;
    if (rows < MOST_ROWS && merges < MOST_MERGES) {
      return true;
    }
    try {
      if (staging.empty(connection)) {
        rows = 0;
        merges = 0;
      }
      return true;
    } catch (SQLException e) {
      LOG.warn("merged rows stay in {} for now: {}", staging.name(), SqlTrouble.said(e));
      return false;
    }
  }
}
