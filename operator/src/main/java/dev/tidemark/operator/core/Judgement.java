package dev.tidemark.operator.core;

import java.time.Instant;
import java.util.List;

/**
 * What is known about the definition the spec asks for.
 *
 * @param reason why it is not accepted (yet); empty when it is
 * @param wake when to ask again; null leaves it to events
 */
record Judgement(
    Stand stand, Memory memory, List<Step> steps, String reason, String message, Instant wake) {
  enum Stand {
    /** It may run. */
    ACCEPTED,
    /** A check run is under way, or is about to be. */
    CHECKING,
    /** It was refused. */
    REFUSED,
    /** Nobody asks: the job is suspended. */
    UNASKED
  }
}
