/** Writing results: the rows of a range and the ledger move in one transaction, or not at all. */
package dev.tidemark.job.sink;
