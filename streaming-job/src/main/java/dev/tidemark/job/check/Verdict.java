package dev.tidemark.job.check;

import dev.tidemark.job.outcome.Reason;

/**
 * What a check run found.
 *
 * @param reason {@code Accepted}, or why the definition cannot run; a reason of kind wait means
 *     that it could not be judged now
 * @param message a sentence for people
 */
public record Verdict(Reason reason, String message) {

  /** True when the definition can run. */
  public boolean accepted() {
    return reason == Reason.Accepted;
  }
}
