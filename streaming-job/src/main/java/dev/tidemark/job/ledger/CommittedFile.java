package dev.tidemark.job.ledger;

import java.io.Serializable;

/**
 * A file of a batch.
 *
 * @param name below the sink's path
 * @param rows in it
 * @param bytes its size
 */
public record CommittedFile(String name, long rows, long bytes) implements Serializable {}
