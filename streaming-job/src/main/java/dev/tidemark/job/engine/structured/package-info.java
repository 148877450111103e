/**
 * Runs whose batches Structured Streaming decides on: the query, its source, its checkpoint, its
 * state.
 */
package dev.tidemark.job.engine.structured;
