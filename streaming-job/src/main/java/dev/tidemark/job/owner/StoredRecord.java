package dev.tidemark.job.owner;

/**
 * An owner record as it lies in the store.
 *
 * @param etag by which the next write makes sure that nobody wrote in between
 */
record StoredRecord(OwnerRecord record, String etag) {}
