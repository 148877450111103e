package dev.tidemark.job.owner;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Tests against a real MinIO run where its binary is, and say so where it is not. */
final class Minio {
  private Minio() {}

  /** A server that was started; skips the test, loudly, where there is none. */
  static <T> T needed(Optional<T> server, String test) {
    if (server.isEmpty()) {
      System.err.println(
          "NOT RUN: "
              + test
              + " against a real MinIO, since there is no $TIDEMARK_HOME/bin/minio (make cluster)");
    }
    Assumptions.assumeTrue(server.isPresent(), "no MinIO binary");
    return server.get();
  }
}
