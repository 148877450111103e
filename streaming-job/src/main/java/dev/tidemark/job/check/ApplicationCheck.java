package dev.tidemark.job.check;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.SinkCheck;

/** What can be told of a program without running it. */
final class ApplicationCheck {
  private ApplicationCheck() {}

  /**
   * Looks for its class, and for the ledger it will move.
   *
   * @throws Trouble {@code InvalidApplication}, or whatever would stop it at its first batch
   */
  static void run(Settings.Definition of) {
    String name = of.application().mainClass();
    try {
      var unused =
          Class.forName(name, false, Thread.currentThread().getContextClassLoader())
              .getMethod("main", String[].class);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new Trouble(
          Reason.InvalidApplication,
          "application.mainClass "
              + name
              + " is not in the image, or has no public static main(String[]): "
              + e
              + "; the image holds the program's jar in /opt/tidemark/program",
          e);
    }
    if (of.sink().jdbc() != null) {
      SinkCheck.ledger(of.sink().jdbc());
    }
  }
}
