package dev.tidemark.e2e.local;

/**
 * What drives a job, and how fast it goes.
 *
 * @param rate at most so many records per second and partition
 * @param stateMillis between two state checkpoints
 */
record Pace(Engine engine, long batchMillis, int rate, long stateMillis) {}
