/**
 * The ledger in PostgreSQL: which epoch may commit and up to which offset the results stand in the
 * sink. It lies in the schema of the sink's table, because results and ledger move in one
 * transaction.
 */
package dev.tidemark.job.ledger;
