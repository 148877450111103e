package dev.tidemark.job.settings;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.lang.reflect.Method;

/** The {@code main} of a program of the user's own, which lies on the class path. */
public final class MainMethod {
  private MainMethod() {}

  /**
   * Finds it; nothing of the program is run.
   *
   * @throws Trouble {@code InvalidApplication}
   */
  public static Method of(Settings.Application application) {
    String name = application.mainClass();
    try {
      return Class.forName(name, false, Thread.currentThread().getContextClassLoader())
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
  }
}
