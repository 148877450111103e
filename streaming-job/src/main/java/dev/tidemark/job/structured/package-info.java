/**
 * What Spark's Structured Streaming is given: a source of offset ranges, and files for a checkpoint
 * that has one writer.
 */
package dev.tidemark.job.structured;
