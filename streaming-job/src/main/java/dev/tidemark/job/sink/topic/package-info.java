/** Rows and results in a topic, in the transaction that moves the group that is the ledger. */
package dev.tidemark.job.sink.topic;
