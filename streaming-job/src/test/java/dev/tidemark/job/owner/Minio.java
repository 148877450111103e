package dev.tidemark.job.owner;

import dev.tidemark.job.real.Needed;
import java.util.Optional;

/** Tests against a real MinIO run where its binary is, and say so where it is not. */
public final class Minio {
  private Minio() {}

  /** A server that was started; skips the test, loudly, where there is none. */
  public static <T> T needed(Optional<T> server, String test) {
    return Needed.here(
        server, test + " against a real MinIO", "$TIDEMARK_HOME/bin/minio (make cluster)");
  }
}
