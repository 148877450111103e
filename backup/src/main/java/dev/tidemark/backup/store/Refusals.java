package dev.tidemark.backup.store;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import java.util.Set;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.UploadPartCopyRequest;

/**
 * Makes a sentence of what a store refuses, that names the right that is missing as policies name
 * it: here, where the request is known. The SDK wants it to stay an exception of its own.
 */
final class Refusals implements ExecutionInterceptor {
  private static final String DELETE = "s3:DeleteObject";

  /** Codes that speak of rights; others speak of the credentials or of a clock. */
  private static final Set<String> RIGHTS =
      Set.of("", "AccessDenied", "AllAccessDisabled", "AccessForbidden", "403", "Forbidden");

  private final String endpoint;

  /** For one store; {@code endpoint} is its name for people. */
  Refusals(String endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public Throwable modifyException(Context.FailedExecution failed, ExecutionAttributes unused) {
    return failed.exception() instanceof S3Exception e
            && (e.statusCode() == 401 || e.statusCode() == 403)
        ? S3Exception.builder()
            .statusCode(e.statusCode())
            .message(refusal(failed.request(), e))
            .cause(e)
            .build()
        : failed.exception();
  }

  private String refusal(SdkRequest request, S3Exception e) {
    String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
    return RIGHTS.contains(code == null ? "" : code)
        ? lacking(missing(request))
        : "%s does not accept the credentials for %s (%s); look at the Secret, or at what else they come from"
            .formatted(endpoint, object(request, "Bucket", "Key"), code);
  }

  /** One object of a request that deletes many was refused. */
  BackupException deletion(String object) {
    return new BackupException(Reason.AccessDenied, lacking(DELETE + " on " + object));
  }

  private String lacking(String right) {
    return "%s refuses %s; give these credentials that right".formatted(endpoint, right);
  }

  private static String missing(SdkRequest request) {
    String object = object(request, "Bucket", "Key");
    if (request instanceof ListObjectsV2Request) {
      return "s3:ListBucket on " + object;
    }
    if (request instanceof GetObjectRequest) {
      return "s3:GetObject on " + object + " (or s3:ListBucket, if there is no such object)";
    }
    if (request instanceof CopyObjectRequest || request instanceof UploadPartCopyRequest) {
      return "s3:GetObject on "
          + object(request, "SourceBucket", "SourceKey")
          + " or s3:PutObject on "
          + object(request, "DestinationBucket", "DestinationKey");
    }
    return (request.getClass().getSimpleName().startsWith("Delete") ? DELETE : "s3:PutObject")
        + " on "
        + object;
  }

  private static String object(SdkRequest request, String bucket, String key) {
    return request
        .getValueForField(bucket, String.class)
        .map(
            name ->
                "s3a://"
                    + name
                    + request
                        .getValueForField(key, String.class)
                        .or(() -> request.getValueForField("Prefix", String.class))
                        .filter(k -> !k.isEmpty())
                        .map(k -> "/" + k)
                        .orElse(""))
        .orElse("the store");
  }
}
