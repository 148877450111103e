package dev.tidemark.backup.repository;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.MemoryStore;
import dev.tidemark.backup.store.Location;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies in the place of a manifest and is none: said so by name, and left aside in a list. */
final class DamagedManifestTest {
  private final MemoryStore store = new MemoryStore();
  private final Repository repository = new Repository(store, new Location("backups", "totals"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{\"objects\": 7}",
        "{\"objects\": [null]}",
        "{\"name\": \"\u00ff\u00ff",
        "\u0000\u0000\u0000{\u00ff\u00ff\u00ff\u00ff"
      })
  void isDamaged(String content) {
    store.put(repository.key("manifests/nightly.json"), content.getBytes(ISO_8859_1));

    assertThatThrownBy(() -> repository.read("nightly"))
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BackupDamaged));
    assertThat(repository.all()).isEmpty();
  }
}
