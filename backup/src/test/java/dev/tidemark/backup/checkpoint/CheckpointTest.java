package dev.tidemark.backup.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Job;
import dev.tidemark.backup.MemoryStore;
import dev.tidemark.backup.checkpoint.Checkpoint.Owner;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore.Listed;
import org.junit.jupiter.api.Test;

class CheckpointTest {
  private final MemoryStore store = new MemoryStore();
  private final Job job = new Job(store, Location.parse("s3a://streams/totals"), "job");

  /** Its size is the same, and so nothing but the ETag tells. */
  @Test
  void stateThatWasWrittenAgainIsPassedOver() {
    job.checkpointState();
    job.checkpointState();
    Snapshot newest = job.checkpoint().newest();
    garble(newest);
    Snapshot older = job.checkpoint().newest();
    assertThat(batch(older)).isLessThan(batch(newest));
    garble(older);
    assertThat(batch(job.checkpoint().newest())).as("all were").isEqualTo(batch(newest));
  }

  private void garble(Snapshot snapshot) {
    Listed part = snapshot.objects().get(snapshot.objects().size() - 1);
    byte[] content = store.read(part.key()).orElseThrow().bytes().clone();
    content[0]++;
    store.put(part.key(), content);
  }

  private static long batch(Snapshot snapshot) {
    return snapshot.state().path("batch").asLong();
  }

  @Test
  void stateThatARestoreHasReplacedDoesNotCount() {
    job.checkpointState(); // as epoch 1
    Checkpoint checkpoint = job.checkpoint();
    assertThat(checkpoint.newest().state().path("epoch").asLong()).isEqualTo(1);

    Owner owner = checkpoint.owner().orElseThrow();
    ObjectNode raised = owner.record().deepCopy();
    assertThat(checkpoint.write(raised.put("floorEpoch", 2), owner)).isNotNull();
    assertThatThrownBy(checkpoint::newest)
        .isInstanceOfSatisfying(
            BackupException.class, e -> assertThat(e.reason()).isEqualTo(Reason.NothingToBackUp));
  }
}
