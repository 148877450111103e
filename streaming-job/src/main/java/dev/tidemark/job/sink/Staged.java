package dev.tidemark.job.sink;

import dev.tidemark.job.ledger.CommittedFile;
import java.io.Serializable;
import java.util.List;

/**
 * What one task laid beside the table, or hands to the driver.
 *
 * @param attempt Spark's task attempt id, unique in the run
 * @param rows how many rows it staged
 * @param lines the rows, for a sink that the driver writes to; else none
 * @param file that holds the rows, for a sink of files; else null
 */
public record Staged(long attempt, long rows, List<Line> lines, CommittedFile file)
    implements Serializable {
  /** Rows for the driver to write. */
  public Staged(long attempt, long rows, List<Line> lines) {
    this(attempt, rows, lines, null);
  }

  /** Rows that lie in a table. */
  public Staged(long attempt, long rows) {
    this(attempt, rows, List.of(), null);
  }
}
