/** Runs whose batches Spark Streaming decides on: the graph, its checkpoint, its state. */
package dev.tidemark.job.engine.dstream;
