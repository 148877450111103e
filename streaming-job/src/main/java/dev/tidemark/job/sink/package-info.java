/**
 * Writing results: the rows of a range and the ledger move in one transaction, or not at all. Here
 * is what all sinks are; each kind has a room of its own.
 */
package dev.tidemark.job.sink;
