package dev.tidemark.backup.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Credentials from a mounted Secret, read again every few seconds: a rotated one needs no restart.
 */
final class FileCredentials implements AwsCredentialsProvider {
  private static final Duration FRESH = Duration.ofSeconds(5);

  private final Path directory;
  private AwsCredentials known;
  private long readAt;

  FileCredentials(Path directory) {
    this.directory = directory;
  }

  @Override
  public synchronized AwsCredentials resolveCredentials() {
    if (known == null || System.nanoTime() - readAt > FRESH.toNanos()) {
      known = read();
      readAt = System.nanoTime();
    }
    return known;
  }

  private AwsCredentials read() {
    try {
      String id = Files.readString(directory.resolve("AWS_ACCESS_KEY_ID")).strip();
      String secret = Files.readString(directory.resolve("AWS_SECRET_ACCESS_KEY")).strip();
      Path token = directory.resolve("AWS_SESSION_TOKEN");
      return Files.exists(token)
          ? AwsSessionCredentials.create(id, secret, Files.readString(token).strip())
          : AwsBasicCredentials.create(id, secret);
    } catch (IOException e) {
      throw SdkClientException.create(
          "the credentials in " + directory + " cannot be read (" + e + ")", e);
    }
  }
}
