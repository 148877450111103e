package dev.tidemark.job.sink;

import java.io.Serializable;
import java.util.List;

/**
 * What one task laid beside the table.
 *
 * @param attempt Spark's task attempt id, unique in the run
 * @param rows how many rows it staged
 * @param printed the rows as lines, for a sink that prints; else none
 */
public record Staged(long attempt, long rows, List<String> printed) implements Serializable {
  /** Rows that lie in a table. */
  public Staged(long attempt, long rows) {
    this(attempt, rows, List.of());
  }
}
