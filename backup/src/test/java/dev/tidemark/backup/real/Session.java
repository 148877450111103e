package dev.tidemark.backup.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** Credentials for an hour that may do everything but one thing: the store's own token service. */
public final class Session {
  private static final String POLICY =
      """
      {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
        {"Effect": "Deny", "Action": ["%s"], "Resource": ["arn:aws:s3:::%s"]}]}""";

  private Session() {}

  /**
   * Writes credentials that lack a right, as files of a Secret.
   *
   * @param right as policies name it
   * @param resource bucket, or bucket and key
   */
  public static void without(String right, String resource, String endpoint, Path directory) {
    try (StsAsyncClient sts =
        StsAsyncClient.builder()
            .httpClientBuilder(NettyNioAsyncHttpClient.builder())
            .endpointOverride(URI.create(endpoint))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(RealMinio.USER, RealMinio.PASSWORD)))
            .build()) {
      Credentials session =
          sts.assumeRole(
                  r ->
                      r.roleArn("arn:aws:iam::000000000000:role/any")
                          .roleSessionName("test")
                          .policy(POLICY.formatted(right, resource)))
              .join()
              .credentials();
      Map.of(
              "AWS_ACCESS_KEY_ID", session.accessKeyId(),
              "AWS_SECRET_ACCESS_KEY", session.secretAccessKey(),
              "AWS_SESSION_TOKEN", session.sessionToken())
          .forEach((name, value) -> write(directory.resolve(name), value));
    }
  }

  private static void write(Path file, String value) {
    try {
      Files.writeString(file, value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
