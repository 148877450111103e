package dev.tidemark.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Job;
import dev.tidemark.backup.MemoryStore;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.store.Location;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A backup from which the job could not catch up is not put back. */
class ReachTest {
  private final MemoryStore streams = new MemoryStore();
  private final Job job = new Job(streams, new Location("streams", "totals"), "id");
  private final Repository repository =
      new Repository(new MemoryStore(), new Location("backups", "totals"));

  @BeforeEach
  void aBackupAtOffset1000() {
    job.checkpointState();
    new Creator(job.checkpoint(), repository, Clock.systemUTC(), Progress.NONE)
        .create(Request.of("one", Mode.Incremental));
  }

  private long restore() {
    return new Restorer(repository, job.checkpoint(), Progress.NONE)
        .restore("one", "again", Instant.now())
        .epoch();
  }

  @Test
  void theTopicHoldsAllThatCameAfterIt() {
    job.topicBeginsAt(1000);
    job.checkpointState();
    assertThat(restore()).isEqualTo(2);
  }

  @Test
  void theTopicHoldsNotAllThatCameAfterIt() {
    job.topicBeginsAt(1001);
    job.checkpointState();
    var before = streams.list("");
    assertThatThrownBy(this::restore)
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.OffsetsExpired))
        .hasMessageStartingWith(
            "the backup one stands at offset 1000 of t/0, and the topic held nothing before offset"
                + " 1001 at 2026-01-01T00:00:00Z");
    assertThat(streams.list("")).isEqualTo(before);
  }

  /** Its records were dropped, but all of them are counted in. */
  @Test
  void nothingCameAfterIt() {
    job.topicBeginsAt(1001);
    assertThat(restore()).isEqualTo(2);
  }

  @Test
  void howFarTheTopicGoesBackWasNotNoted() {
    job.checkpointState();
    assertThat(restore()).isEqualTo(2);
  }
}
