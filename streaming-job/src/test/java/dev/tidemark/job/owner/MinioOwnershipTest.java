package dev.tidemark.job.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** The rules against a real MinIO, where its binary is; {@code make cluster} brings it. */
@Tag("store")
class MinioOwnershipTest extends OwnershipRules {

  @TempDir Path etc;
  private String endpoint;
  private S3Client s3;

  @BeforeEach
  void start() {
    endpoint = Minio.needed(RealMinio.endpoint(), "the ownership rules");
    Secrets.mount(etc, RealMinio.USER, RealMinio.PASSWORD);
    s3 = StoreClient.of(jobs().job("a", "a").runtime().s3());
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
  }

  @Override
  Jobs jobs() {
    return new Jobs(endpoint, "streams");
  }

  @Override
  void put(String key) {
    s3.putObject(r -> r.bucket("streams").key(key), RequestBody.fromString("x"));
  }

  @Override
  void delete(String key) {
    s3.deleteObject(r -> r.bucket("streams").key(key));
  }

  @Override
  boolean exists(String key) {
    try {
      s3.headObject(r -> r.bucket("streams").key(key));
      return true;
    } catch (NoSuchKeyException e) {
      return false;
    }
  }

  @Test
  void wrongCredentialsAreAReasonToWait() {
    Secrets.mount(etc, RealMinio.USER, "wrong");
    assertThat(refused(jobs().job(root + "/a", "a")).reason()).isEqualTo(Reason.StoreAccessDenied);
    Secrets.mount(etc, "nobody", "wrong");
    Trouble unknown = refused(jobs().job(root + "/a", "a"));
    assertThat(unknown.reason()).isEqualTo(Reason.StoreAccessDenied);
    assertThat(unknown.getMessage()).contains("InvalidAccessKeyId");
  }
}
