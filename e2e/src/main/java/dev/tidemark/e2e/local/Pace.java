package dev.tidemark.e2e.local;

/**
 * How fast a job goes.
 *
 * @param rate at most so many records per second and partition
 * @param stateMillis between two state checkpoints
 */
record Pace(long batchMillis, int rate, long stateMillis) {}
