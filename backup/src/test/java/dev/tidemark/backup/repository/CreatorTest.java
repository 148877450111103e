package dev.tidemark.backup.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.Job;
import dev.tidemark.backup.MemoryStore;
import dev.tidemark.backup.repository.Creator.Created;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CreatorTest {
  private final MemoryStore streams = new MemoryStore();
  private final MemoryStore backups = new MemoryStore();
  private final Job job = new Job(streams, Location.parse("s3a://streams/totals"), "job");
  private final Repository repository =
      new Repository(backups, Location.parse("s3a://backups/totals"));
  private Created first;

  @BeforeEach
  void once() {
    job.checkpointState();
    first = create("first", Mode.Incremental);
  }

  private Created create(String name, Mode mode) {
    return new Creator(job.checkpoint(), repository, Clock.systemUTC(), Progress.NONE)
        .create(Request.of(name, mode));
  }

  /** Then the data of the job could not be copied at all: the copies there are will do. */
  @Test
  void whatHasNotChangedIsNotLookedForAgain() {
    loseTheData();
    Created again = create("again", Mode.Incremental);
    assertThat(again.copied()).isZero();
    assertThat(repository.read("again").objects())
        .isNotEmpty()
        .isEqualTo(first.manifest().objects());
    assertThat(repository.read("again").state()).isEqualTo(first.manifest().state());
  }

  @Test
  void whatHasChangedIs() {
    job.checkpointState();
    assertThat(create("later", Mode.Incremental).copied()).isPositive();
  }

  @Test
  void aFullBackupHasItsOwn() {
    assertThat(create("full", Mode.Full).copied()).isEqualTo(first.manifest().objects().size());
  }

  @Test
  void aBackupThatIsKnownToBeDamagedIsNotBuiltUpon() {
    repository.note(
        new Verification(
            "first", Verification.Level.Presence, Instant.now(), List.of("is missing"), null));
    loseTheData();
    assertThatThrownBy(() -> create("again", Mode.Incremental))
        .isInstanceOf(BackupException.class)
        .hasMessageContaining("is missing");
  }

  private void loseTheData() {
    streams.delete(streams.list("totals/r000001/e").stream().map(Listed::key).toList());
  }
}
