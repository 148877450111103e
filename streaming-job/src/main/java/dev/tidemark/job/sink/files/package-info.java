/**
 * Results as files in an S3 store: one per part of a batch, named by the number under which the
 * ledger has claimed the batch.
 */
package dev.tidemark.job.sink.files;
