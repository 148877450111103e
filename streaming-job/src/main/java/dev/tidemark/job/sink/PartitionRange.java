package dev.tidemark.job.sink;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.io.Serializable;

/** Records {@code from} (inclusive) to {@code until} (exclusive) of one partition. */
public record PartitionRange(Partition partition, long from, long until) implements Serializable {}
