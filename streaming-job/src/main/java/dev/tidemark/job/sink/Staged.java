package dev.tidemark.job.sink;

import java.io.Serializable;

/**
 * What one task laid beside the table.
 *
 * @param attempt Spark's task attempt id, unique in the run
 * @param rows how many rows it staged
 */
public record Staged(long attempt, long rows) implements Serializable {}
