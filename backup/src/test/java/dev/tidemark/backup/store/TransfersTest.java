package dev.tidemark.backup.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.real.RealMinio;
import dev.tidemark.backup.store.ObjectStore.Changed;
import dev.tidemark.backup.store.ObjectStore.Copied;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Objects larger than a part, of which S3 takes no smaller ones than 5 MiB. */
@EnabledIf("hasMinio")
class TransfersTest {
  private static final long PART = 5 << 20;

  private final String key = UUID.randomUUID().toString();
  private final byte[] content = new byte[12 << 20];
  @TempDir private Path credentials;
  private S3Store store;
  private Listed large;

  static boolean hasMinio() {
    return RealMinio.endpoint().isPresent();
  }

  @BeforeEach
  void aLargeObject() throws IOException {
    Files.writeString(credentials.resolve("AWS_ACCESS_KEY_ID"), RealMinio.USER);
    Files.writeString(credentials.resolve("AWS_SECRET_ACCESS_KEY"), RealMinio.PASSWORD);
    new Random(1).nextBytes(content);
    store = at(RealMinio.endpoint().orElseThrow(), "streams");
    store.put(key, content);
    large = store.list(key).get(0);
  }

  private S3Store at(String endpoint, String bucket) {
    StoreOptions options = new StoreOptions(endpoint, null, true, credentials, null);
    return new S3Store(options, bucket, PART, PART);
  }

  @Test
  void withinAStoreByParts() {
    S3Store to = at(RealMinio.endpoint().orElseThrow(), "backups");
    isTheSame(to, to.copy(store, large, key).join());
  }

  @Test
  void betweenStoresByParts() {
    S3Store to = at(RealMinio.another().orElseThrow(), "backups");
    isTheSame(to, to.copy(store, large, key).join());
  }

  private void isTheSame(S3Store to, Copied copied) {
    Listed copy = to.list(key).get(0);
    assertThat(copied.etag()).isEqualTo(copy.etag()).endsWith("-3\"");
    assertThat(to.read(key).orElseThrow().bytes()).isEqualTo(content);
    assertThat(to.stream(copy, piece -> {}).join())
        .isEqualTo(store.stream(large, piece -> {}).join());
  }

  @Test
  void whatWasWrittenAgainIsNotCopied() {
    store.put(key, new byte[(int) large.bytes()]);
    S3Store beside = at(RealMinio.endpoint().orElseThrow(), "backups");
    S3Store far = at(RealMinio.another().orElseThrow(), "backups");
    for (S3Store to : new S3Store[] {beside, far}) {
      assertThatThrownBy(() -> to.copy(store, large, key).join()).hasCauseInstanceOf(Changed.class);
      assertThat(to.list(key)).as("nothing is left").isEmpty();
    }
  }
}
