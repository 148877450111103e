package dev.tidemark.operator.core;

import java.time.Instant;

/**
 * How a pod's container ended, from its termination message and exit state.
 *
 * @param supersededBy attempt in the owner record, 0 when the message names none
 */
public record Ending(
    String reason,
    String message,
    boolean retryable,
    boolean accepted,
    int supersededBy,
    Instant at) {}
