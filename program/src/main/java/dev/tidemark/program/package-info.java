/**
 * For Spark Streaming programs that Tidemark runs ({@code spec.application}): a stream that begins
 * where the ledger stands, and outputs whose results and offsets become visible together.
 */
package dev.tidemark.program;
