package dev.tidemark.job.progress;

/**
 * State as of its last checkpoint.
 *
 * @param keys groups, or groups in open windows
 * @param bytes on the store
 * @param checkpointSeconds how long writing it took
 */
public record StateFigures(long keys, long bytes, double checkpointSeconds) {}
