package dev.tidemark.backup.store;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.store.ObjectStore.Changed;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What the failures of a store mean to whoever asked. */
final class Failures {
  private final String bucket;
  private final String endpoint;

  Failures(String bucket, String endpoint) {
    this.bucket = bucket;
    this.endpoint = endpoint;
  }

  /** What is thrown for a failed request about a key; empty for the bucket itself. */
  RuntimeException of(Throwable failure, String key) {
    String object = "s3a://" + bucket + (key.isEmpty() ? "" : "/" + key);
    if (failure instanceof NoSuchBucketException) {
      return new BackupException(
          Reason.BucketNotFound,
          "there is no bucket " + bucket + " at " + endpoint + "; create it, or correct the path",
          failure);
    }
    if (failure instanceof NoSuchKeyException) {
      return new Changed(object, failure);
    }
    if (failure instanceof S3Exception s3) {
      return switch (s3.statusCode()) {
        case 404, 409, 412 -> new Changed(object, s3);
        case 401, 403 -> new BackupException(Reason.AccessDenied, s3.getMessage(), s3);
        default -> unavailable(object, s3);
      };
    }
    if (failure instanceof SdkClientException && failure.getMessage().contains("credentials")) {
      return new BackupException(
          Reason.AccessDenied,
          "there are no credentials for %s at %s: %s"
              .formatted(object, endpoint, failure.getMessage().split(" from any of ")[0]),
          failure);
    }
    if (failure instanceof RuntimeException ours && !(failure instanceof SdkException)) {
      return ours;
    }
    return unavailable(object, failure);
  }

  private BackupException unavailable(String object, Throwable cause) {
    return new BackupException(
        Reason.StoreUnavailable,
        "the store at %s does not answer as it should for %s: %s"
            .formatted(endpoint, object, cause.getMessage()),
        cause);
  }
}
