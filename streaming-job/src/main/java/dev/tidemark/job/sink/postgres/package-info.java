/** Rows and results in a table, in the transaction that moves the ledger's row. */
package dev.tidemark.job.sink.postgres;
