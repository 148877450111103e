package dev.tidemark.job.outcome;

/** What an attempt committed so far. */
public record Totals(long records, long written, long batches) {}
