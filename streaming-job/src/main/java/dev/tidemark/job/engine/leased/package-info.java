/**
 * Runs a program that does without Tidemark's library: it makes its own contexts, reads and writes
 * as it likes, and checkpoints into a directory that is watched over. Its Lease fences it.
 */
package dev.tidemark.job.engine.leased;
