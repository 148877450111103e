package dev.tidemark.job.sink;

import java.io.Serializable;

/**
 * What one result transaction did.
 *
 * @param records records read that were at or after the ledger
 * @param rows rows written
 * @param skipped true when the whole range was already before the ledger, so nothing was written
 */
public record Written(long records, long rows, boolean skipped) implements Serializable {}
