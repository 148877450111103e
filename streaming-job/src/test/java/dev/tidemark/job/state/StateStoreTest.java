package dev.tidemark.job.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which state checkpoints stay. */
class StateStoreTest {
  private static final Settings.Definition DEFINITION =
      SettingsFile.read(Path.of("../contract/settings/running.json")).definition();

  @TempDir private Path revision;
  private StateStore store;

  @BeforeEach
  void fourCheckpoints() throws IOException {
    store = new StateStore(revision.toUri().toString(), new Configuration());
    for (int batch = 1; batch <= 4; batch++) {
      String directory = "e0000000001/data" + batch;
      Path part = Files.createDirectories(revision.resolve(directory)).resolve("part-00000");
      Files.write(part, new byte[] {1});
      List<StateManifest.Part> parts = List.of(new StateManifest.Part("part-00000", 1, null));
      store.write(
          new StateManifest(
              1,
              1,
              batch,
              "mapWithState",
              directory,
              parts,
              1,
              DEFINITION,
              List.of(),
              Instant.EPOCH));
    }
  }

  private List<Long> batches() throws IOException {
    return store.newestFirst().stream().map(StateStore.Entry::batch).toList();
  }

  private Path hold(int batch) throws IOException {
    String name = String.format(Locale.ROOT, "e0000000001-%016d.json~nightly", batch);
    return Files.createFile(Files.createDirectories(revision.resolve("held")).resolve(name));
  }

  @Test
  void theNewestStay() throws IOException {
    store.prune(1, 2, 0);
    assertThat(batches()).containsExactly(4L, 3L);
  }

  @Test
  void oneThatIsBeingBackedUpStaysBesideThem() throws IOException {
    Path mark = hold(1);
    store.prune(1, 2, 0);
    assertThat(batches()).containsExactly(4L, 3L, 1L);
    store.prune(2, 2, 0);
    assertThat(revision.resolve("e0000000001/data1/part-00000")).exists();
    Files.delete(mark);
    store.prune(2, 2, 0);
    assertThat(batches()).containsExactly(4L, 3L);
  }

  @Test
  void theMarkOfABackupThatDiedDoesNotHoldForEver() throws IOException {
    Path mark = hold(1);
    Files.setLastModifiedTime(mark, FileTime.from(Instant.now().minus(Duration.ofHours(25))));
    store.prune(1, 2, 0);
    assertThat(batches()).containsExactly(4L, 3L);
    assertThat(mark).doesNotExist();
  }
}
