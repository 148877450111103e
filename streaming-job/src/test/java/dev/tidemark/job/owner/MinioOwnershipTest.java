package dev.tidemark.job.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.StateStore;
import dev.tidemark.job.state.StoreSettings;
import java.io.IOException;
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

  /** Backups compare what Hadoop's client says of a part of state with what their own says. */
  @Test
  void bothClientsCallAContentTheSame() throws IOException {
    Settings.S3 store = jobs().job("a", "a").runtime().s3();
    put("a/r000001/e0000000001/data/part-00000");
    StateStore state =
        new StateStore("s3a://streams/a/r000001", StoreSettings.configuration(store));
    String etag = state.parts("e0000000001/data").get(0).etag();
    String listed =
        s3.listObjectsV2(r -> r.bucket("streams").prefix("a/r000001/e0000000001/data/"))
            .contents()
            .get(0)
            .eTag();
    assertThat(etag).isNotNull();
    assertThat(listed.replace("\"", "")).isEqualTo(etag.replace("\"", ""));
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
