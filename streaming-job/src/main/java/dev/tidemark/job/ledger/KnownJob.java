package dev.tidemark.job.ledger;

/** A job as its ledger knows it. */
public record KnownJob(String jobId, int revision, long epoch) {}
