package dev.tidemark.operator.core;

/**
 * An action and the sentence that tells people about it, in the log, in an event and in a
 * condition.
 *
 * @param reason null for house-keeping, which is logged at most
 * @param warning whether the event is a warning
 */
public record Step(Action action, String reason, String sentence, boolean warning) {
  static Step quiet(Action action) {
    return new Step(action, null, "", false);
  }

  /** True when people should hear of it. */
  public boolean announced() {
    return reason != null;
  }
}
