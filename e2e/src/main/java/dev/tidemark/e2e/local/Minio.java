package dev.tidemark.e2e.local;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A MinIO server, a process that its {@link Processes} end. */
final class Minio {
  static final String USER = "tidemark";
  static final String PASSWORD = "tidemark-password";
  private static final Duration START = Duration.ofMinutes(1);

  private final String endpoint;
  private final Process process;
  private final S3Client client;

  /** Starts it with these buckets; the program is where {@code make images} puts it. */
  Minio(Processes processes, Path data, List<String> buckets) throws IOException {
    for (String bucket : buckets) {
      Files.createDirectories(data.resolve(bucket));
    }
    endpoint = "http://127.0.0.1:" + Servers.freePort();
    process =
        processes.start(
            "minio",
            Map.of("MINIO_ROOT_USER", USER, "MINIO_ROOT_PASSWORD", PASSWORD),
            List.of(
                Servers.home().resolve("bin/minio").toString(),
                "server",
                "--quiet",
                "--address",
                URI.create(endpoint).getAuthority(),
                data.toString()));
    client =
        S3Client.builder()
            .endpointOverride(URI.create(endpoint))
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .httpClientBuilder(UrlConnectionHttpClient.builder())
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(USER, PASSWORD)))
            .build();
  }

  /** Waits until it answers. */
  void await() {
    Awaitility.await("MinIO")
        .atMost(START)
        .ignoreExceptions()
        .until(() -> !client.listBuckets().buckets().isEmpty());
  }

  String endpoint() {
    return endpoint;
  }

  /** To be frozen and thawed. */
  Process process() {
    return process;
  }

  S3Client client() {
    return client;
  }
}
