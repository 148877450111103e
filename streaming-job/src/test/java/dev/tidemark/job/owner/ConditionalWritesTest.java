package dev.tidemark.job.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.S3Stub;
import dev.tidemark.job.settings.Settings;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

class ConditionalWritesTest {
  private static final CheckpointPath PATH = new CheckpointPath("streams", "a");

  @TempDir Path etc;
  private final S3Stub stub = new S3Stub();

  @BeforeEach
  void mount() {
    Secrets.mount(etc, "user", "password");
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
    stub.close();
  }

  private void require() {
    try (S3Client client = StoreClient.of(new Settings.S3(stub.endpoint(), "us-east-1", true))) {
      ConditionalWrites.require(client, PATH, stub.endpoint());
    }
  }

  @Test
  void aStoreThatKeepsWhatIsThereIsFine() {
    assertThatCode(this::require).doesNotThrowAnyException();
    stub.losesTheFirstAnswerTo("PUT");
    assertThatCode(this::require).doesNotThrowAnyException();
    assertThat(stub.all()).isEmpty();
  }

  @Test
  void aStoreThatWritesOverItIsRefused() {
    stub.ignoresConditions();
    Trouble refused = catchThrowableOfType(Trouble.class, this::require);
    assertThat(refused.reason()).isEqualTo(Reason.StoreUnfit);
    assertThat(refused).hasMessageContaining("s3a://streams/a").hasMessageContaining("MinIO");
    assertThat(stub.all()).isEmpty();
  }
}
