package dev.tidemark.job.owner;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.secrets.Authorities;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Set;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What an error of the S3 store means for the job. */
public final class StoreTrouble {

  private static final Set<String> ELSEWHERE =
      Set.of(
          "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException");

  private StoreTrouble() {}

  /** An answer of the store, or none. */
  public static Trouble of(SdkException e, CheckpointPath path, String endpoint) {
    String store = endpoint == null ? "AWS S3" : endpoint;
    if (e instanceof S3Exception s3) {
      String code = code(s3);
      if (code.equals("NoSuchBucket")) {
        return new Trouble(
            Reason.BucketNotFound,
            "the bucket "
                + path.bucket()
                + " does not exist at "
                + store
                + "; create it, the job then goes on by itself",
            e);
      }
      if (ELSEWHERE.contains(code) || s3.statusCode() == 301) {
        return new Trouble(
            Reason.BucketNotFound,
            "the bucket " + path.bucket() + " lies in another region; set s3.region",
            e);
      }
      if (s3.statusCode() == 403 || s3.statusCode() == 401) {
        return new Trouble(
            Reason.StoreAccessDenied,
            "the store "
                + store
                + " refuses this job at "
                + path
                + ": "
                + (code.isEmpty() ? "access denied" : code)
                + "; check the Secret of s3.credentialsSecretRef, and that it may list the bucket and read, write and"
                + " delete under the path",
            e);
      }
    }
    String text = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains("credentials") || lower.contains("secret of ")) {
      return new Trouble(
          Reason.StoreAccessDenied,
          "there are no usable credentials for " + store + ": " + text,
          e);
    }
    return new Trouble(
        Reason.StoreUnavailable,
        "the store "
            + store
            + " does not answer for "
            + path
            + ": "
            + text
            + Authorities.advice(e, "s3.caSecretRef", ""),
        e);
  }

  /** The Secret's files could not be read. */
  public static Trouble of(UncheckedIOException e) {
    return new Trouble(
        Reason.StoreAccessDenied, "the Secret of s3.credentialsSecretRef cannot be read", e);
  }

  /** True when somebody else changed the object in between, or it is gone. */
  public static boolean isConflict(SdkException e) {
    return e instanceof S3Exception s3
        && (s3.statusCode() == 412 || s3.statusCode() == 409 || code(s3).equals("NoSuchKey"));
  }

  private static String code(S3Exception e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
        ? ""
        : e.awsErrorDetails().errorCode();
  }
}
