package dev.tidemark.job.secrets;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * S3 credentials from the mounted Secret, read again every few seconds; without a Secret the
 * ambient identity of the pod's service account. For our own client and, by its class name, for
 * S3A.
 */
public final class FileCredentials implements AwsCredentialsProvider {

  private static final long FRESH_NANOS = Duration.ofSeconds(5).toNanos();
  private static final String KEY = "AWS_ACCESS_KEY_ID";
  private static final String SECRET = "AWS_SECRET_ACCESS_KEY";
  private static final String TOKEN = "AWS_SESSION_TOKEN";

  private static final class Ambient {
    static final AwsCredentialsProvider CHAIN = DefaultCredentialsProvider.builder().build();
  }

  private record Read(AwsCredentials credentials, long atNanos) {}

  private volatile Read last;

  /** For our own client. */
  public FileCredentials() {}

  /** As S3A constructs its providers; neither argument matters. */
  public FileCredentials(URI uri, Configuration configuration) {}

  @Override
  public AwsCredentials resolveCredentials() {
    Read read = last;
    if (read != null && System.nanoTime() - read.atNanos() < FRESH_NANOS) {
      return read.credentials();
    }
    Optional<Map<String, String>> secret = SecretFiles.read("store", List.of(KEY, SECRET, TOKEN));
    if (secret.isEmpty()) {
      return Ambient.CHAIN.resolveCredentials();
    }
    AwsCredentials credentials = of(secret.get());
    last = new Read(credentials, System.nanoTime());
    return credentials;
  }

  private static AwsCredentials of(Map<String, String> secret) {
    String key = required(secret, KEY);
    String password = required(secret, SECRET);
    String token = secret.getOrDefault(TOKEN, "");
    return token.isEmpty()
        ? AwsBasicCredentials.create(key, password)
        : AwsSessionCredentials.create(key, password, token);
  }

  private static String required(Map<String, String> secret, String key) {
    String value = secret.getOrDefault(key, "");
    if (value.isEmpty()) {
      throw SdkClientException.create(
          "the Secret of s3.credentialsSecretRef has no key "
              + key
              + "; it needs "
              + KEY
              + " and "
              + SECRET);
    }
    return value;
  }

  @Override
  public String toString() {
    return "FileCredentials";
  }
}
