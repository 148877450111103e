package dev.tidemark.job.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.StoreSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** Both ways to the store, ours and Hadoop's, trust the authority a job names. */
@Tag("store")
class MinioEncryptedTest {
  private static final byte[] CONTENT = "x".getBytes(StandardCharsets.UTF_8);

  @TempDir Path etc;
  private RealMinio.Secured minio;
  private Settings.S3 s3;

  @BeforeEach
  void start() {
    minio = Minio.needed(RealMinio.secured(), "trust in an authority");
    Secrets.mount(etc, RealMinio.USER, RealMinio.PASSWORD);
    s3 = new Settings.S3(minio.endpoint(), "us-east-1", true);
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
    System.clearProperty("javax.net.ssl.trustStore");
  }

  @Test
  void withTheAuthority() throws IOException {
    Path ca = Files.createDirectories(etc.resolve("secrets/store-ca")).resolve("ca.crt");
    Files.copy(minio.authority(), ca);
    try (FileSystem files = files()) {
      var path = new org.apache.hadoop.fs.Path("s3a://streams/a");
      try (FSDataOutputStream out = files.create(path)) {
        out.write(CONTENT);
      }
      try (FSDataInputStream in = files.open(path)) {
        assertThat(in.readAllBytes()).isEqualTo(CONTENT);
      }
    }
    try (S3Client client = StoreClient.of(s3)) {
      assertThat(client.getObjectAsBytes(r -> r.bucket("streams").key("a")).asByteArray())
          .isEqualTo(CONTENT);
    }
  }

  @Test
  void withoutIt() throws IOException {
    try (FileSystem files = files();
        S3Client client = StoreClient.of(s3)) {
      assertThatThrownBy(() -> files.exists(new org.apache.hadoop.fs.Path("s3a://streams/a")))
          .hasStackTraceContaining("PKIX path building failed");
      assertThatThrownBy(() -> client.headBucket(r -> r.bucket("streams")))
          .isInstanceOf(SdkClientException.class);
    }
  }

  private FileSystem files() throws IOException {
    Configuration configuration = StoreSettings.configuration(s3);
    return FileSystem.newInstance(URI.create("s3a://streams/"), configuration);
  }
}
