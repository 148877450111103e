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
import org.junit.jupiter.api.Test;

class CheckpointTest {
  @Test
  void stateThatARestoreHasReplacedDoesNotCount() {
    Job job = new Job(new MemoryStore(), Location.parse("s3a://streams/totals"), "job");
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
