package dev.tidemark.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.backup.Job;
import dev.tidemark.backup.MemoryStore;
import dev.tidemark.backup.repository.Creator;
import dev.tidemark.backup.repository.Creator.Request;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RestoredStateTest {
  /** Another store, or an encrypted one, gives a copy an ETag of its own. */
  @Test
  void itsPartsAreNotHeldAgainstTheEtagsOfTheOriginal() {
    Job job = new Job(new MemoryStore(), new Location("streams", "totals"), "id");
    Repository repository = new Repository(new MemoryStore(), new Location("backups", "totals"));
    job.checkpointState();
    assertThat(parts(job)).isNotEmpty().allMatch(part -> part.hasNonNull("etag"));
    new Creator(job.checkpoint(), repository, Clock.systemUTC(), Progress.NONE)
        .create(Request.of("one", Mode.Incremental));

    new Restorer(repository, job.checkpoint(), Progress.NONE)
        .restore("one", "again", Instant.now());

    assertThat(parts(job)).isNotEmpty().noneMatch(part -> part.has("etag"));
  }

  /**
   * Else the run after the restore takes itself for one that was killed in its start, and counts by
   * the definition of before what the ledger holds since.
   */
  @Test
  void ofARunThatHadNotTakenOverTheStateIsOfTheRevisionBefore() {
    MemoryStore streams = new MemoryStore();
    Location path = new Location("streams", "totals");
    Job job = new Job(streams, path, "id");
    Repository repository = new Repository(new MemoryStore(), new Location("backups", "totals"));
    job.checkpointState();
    job.changes();
    new Creator(job.checkpoint(), repository, Clock.systemUTC(), Progress.NONE)
        .create(Request.of("one", Mode.Incremental));
    streams.delete(streams.list(path.key("")).stream().map(Listed::key).toList());

    new Restorer(repository, job.checkpoint(), Progress.NONE)
        .restore("one", "again", Instant.now());

    JsonNode record = job.checkpoint().owner().orElseThrow().record();
    assertThat(record.path("revision").asInt()).isEqualTo(1);
    assertThat(record.path("stateRevision").asInt()).isEqualTo(1);
    assertThat(record.path("definitionDigest").asText()).isNotEqualTo("of revision 2");
    assertThat(record.path("lastEpoch").asLong()).isEqualTo(3);
  }

  private static Iterable<JsonNode> parts(Job job) {
    return job.checkpoint().newest().state().path("parts");
  }
}
