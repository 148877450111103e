package dev.tidemark.job.engine;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.nio.file.AccessDeniedException;

/** What an exception of the S3 file system means for the job. */
public final class StoreTrouble {
  private StoreTrouble() {}

  /**
   * True when the store did not answer or refused, as against an object that is missing or damaged.
   */
  public static boolean isAway(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      String name = t.getClass().getName();
      if (t instanceof AccessDeniedException
          || t instanceof java.net.SocketException
          || t instanceof java.net.UnknownHostException
          || t instanceof java.net.SocketTimeoutException
          || name.startsWith("org.apache.hadoop.fs.s3a.AWS")
          || name.startsWith("software.amazon.awssdk.")) {
        return true;
      }
    }
    return false;
  }

  /** The trouble of a store that is away. */
  public static Trouble of(Throwable failure, String path) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof AccessDeniedException) {
        return new Trouble(
            Reason.StoreAccessDenied,
            "the S3 store refuses this job at "
                + path
                + ": "
                + t.getMessage()
                + "; check the Secret and the bucket's policy",
            failure);
      }
    }
    return new Trouble(
        Reason.StoreUnavailable,
        "the S3 store does not answer for " + path + ": " + failure.getMessage(),
        failure);
  }
}
