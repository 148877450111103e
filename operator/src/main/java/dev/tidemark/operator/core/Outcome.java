package dev.tidemark.operator.core;

/**
 * How an action went: done, or refused with a reason a person can act on. Anything else is an
 * exception.
 */
public record Outcome(boolean done, Reason reason, String message) {
  /** Done, now or before. */
  public static final Outcome DONE = new Outcome(true, null, "");

  /** The API server, or an object in the way, said no. */
  public static Outcome refused(Reason reason, String message) {
    return new Outcome(false, reason, message);
  }
}
