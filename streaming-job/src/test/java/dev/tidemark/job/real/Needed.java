package dev.tidemark.job.real;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Tests against a real server run where its program is, and say so where it is not. */
public final class Needed {
  private Needed() {}

  /**
   * A server that was started; skips the test, loudly, where there is none.
   *
   * @param program what is missing then, and what brings it
   */
  public static <T> T here(Optional<T> server, String test, String program) {
    if (server.isEmpty()) {
      System.err.println("NOT RUN: " + test + ", since there is no " + program);
    }
    Assumptions.assumeTrue(server.isPresent(), "no " + program);
    return server.get();
  }
}
