package dev.tidemark.operator.core;

import java.time.Instant;

/**
 * How a pod's container ended, from its termination message and exit state.
 *
 * @param supersededBy attempt in the owner record, 0 when the message names none
 * @param launches JVMs that its supervisor started one after the other, 0 when it does not say
 */
public record Ending(
    String reason,
    String message,
    boolean retryable,
    boolean accepted,
    int supersededBy,
    Instant at,
    int launches) {

  /** An end that says nothing of JVMs. */
  public Ending(
      String reason,
      String message,
      boolean retryable,
      boolean accepted,
      int supersededBy,
      Instant at) {
    this(reason, message, retryable, accepted, supersededBy, at, 0);
  }
}
