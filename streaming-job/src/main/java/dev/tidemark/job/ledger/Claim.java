package dev.tidemark.job.ledger;

import java.util.List;

/**
 * What is to be written next.
 *
 * @param number under which the sink knows it
 * @param ranges of its records; some of them may be empty
 */
public record Claim(long number, List<PartitionRange> ranges) {}
