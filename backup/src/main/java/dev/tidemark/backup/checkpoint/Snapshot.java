package dev.tidemark.backup.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.util.List;

/**
 * A checkpoint that is whole: a closed set of objects, and what they mean. As long as each of them
 * is still what was listed, copies of them are a checkpoint too.
 *
 * @param owner the owner record as it was
 * @param state the manifest of the state checkpoint
 * @param revision whose state it is
 * @param directory where the data lies, relative to the checkpoint path; null for empty state
 * @param objects the data
 */
public record Snapshot(
    ObjectNode owner, ObjectNode state, int revision, String directory, List<Listed> objects) {

  /** The job's durable identity. */
  public String jobId() {
    return owner.get("jobId").asText();
  }

  /** Size of the data in bytes. */
  public long bytes() {
    return objects.stream().mapToLong(Listed::bytes).sum();
  }
}
