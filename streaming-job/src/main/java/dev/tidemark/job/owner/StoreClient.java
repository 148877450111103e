package dev.tidemark.job.owner;

import dev.tidemark.job.secrets.Authorities;
import dev.tidemark.job.secrets.FileCredentials;
import dev.tidemark.job.secrets.SecretFiles;
import dev.tidemark.job.settings.Settings;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** How the S3 store of the settings is reached. */
public final class StoreClient {

  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ATTEMPT = Duration.ofSeconds(5);
  private static final Duration CALL = Duration.ofSeconds(10);

  private StoreClient() {}

  /** Loads what a client consists of; the first one is made faster afterwards. */
  public static void load() {
    of(new Settings.S3(null, null, false)).close();
  }

  /** A client for the job's store, with the credentials of the pod. */
  public static S3Client of(Settings.S3 s3) {
    ApacheHttpClient.Builder http =
        ApacheHttpClient.builder()
            .connectionTimeout(CONNECT)
            .socketTimeout(ATTEMPT)
            .maxConnections(4);
    SecretFiles.authority("store")
        .ifPresent(
            file ->
                http.tlsTrustManagersProvider(() -> new TrustManager[] {Authorities.with(file)}));
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(http)
            .credentialsProvider(new FileCredentials())
            .region(Region.of(s3.region() == null ? "us-east-1" : s3.region()))
            .forcePathStyle(s3.pathStyleAccess())
            // Newer checksums are not understood by every store that calls itself S3.
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .overrideConfiguration(o -> o.apiCallTimeout(CALL).apiCallAttemptTimeout(ATTEMPT));
    if (s3.endpoint() != null) {
      builder.endpointOverride(URI.create(s3.endpoint()));
    }
    return builder.build();
  }
}
