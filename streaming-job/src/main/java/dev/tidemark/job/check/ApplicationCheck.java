package dev.tidemark.job.check;

import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.MainMethod;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.postgres.SinkCheck;

/** What can be told of a program without running it. */
final class ApplicationCheck {
  private ApplicationCheck() {}

  /**
   * Looks for its class, and for the ledger it will move.
   *
   * @throws Trouble {@code InvalidApplication}, or whatever would stop it at its first batch
   */
  static void run(Settings.Definition of) {
    var unused = MainMethod.of(of.application());
    if (of.sink().jdbc() != null) {
      SinkCheck.ledger(of.sink().jdbc());
    }
  }
}
