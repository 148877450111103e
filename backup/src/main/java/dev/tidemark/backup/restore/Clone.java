package dev.tidemark.backup.restore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.util.List;
import java.util.UUID;

/**
 * A new job that begins with the state of another one. Its owner record says so, and names a
 * definition that nobody has: the first run takes it for a change, so it carries the state over and
 * writes all results, as it does when a sink changes.
 *
 * @param cluster identity of the cluster of the new job
 */
public record Clone(String cluster, String namespace, String name) {

  /**
   * Reads {@code CLUSTER/NAMESPACE/NAME}.
   *
   * @throws IllegalArgumentException for anything else
   */
  public static Clone parse(String text) {
    String[] parts = text.split("/", -1);
    if (parts.length != 3 || List.of(parts).contains("")) {
      throw new IllegalArgumentException("write CLUSTER/NAMESPACE/NAME of the new job");
    }
    return new Clone(parts[0], parts[1], parts[2]);
  }

  /** False for the very job whose backup it is. */
  boolean isAnother(Manifest manifest) {
    JsonNode owner = manifest.owner();
    return !(cluster.equals(owner.path("cluster").asText())
        && namespace.equals(owner.path("namespace").asText())
        && name.equals(owner.path("name").asText()));
  }

  /** True for the record of a clone that has never got its state: no run has seen it yet. */
  static boolean isUnfinished(ObjectNode record) {
    return record.hasNonNull("clonedFrom") && record.path("restoreIds").isEmpty();
  }

  /**
   * The record of a job of which nothing is known but where its state is from.
   *
   * @throws BackupException {@code LocationInUse} when something lies at the path
   */
  public ObjectNode record(Checkpoint checkpoint) {
    List<Listed> there = checkpoint.store().list(checkpoint.path().key(""));
    if (!there.isEmpty()) {
      throw new BackupException(
          Reason.LocationInUse,
          "%s holds %s; the state of another job can only be taken to an empty checkpoint path"
              .formatted(checkpoint.path(), there.get(0).key()));
    }
    ObjectNode record = Json.MAPPER.createObjectNode();
    record
        .put("contract", 1)
        .put("jobId", UUID.randomUUID().toString().replace("-", ""))
        .put("cluster", cluster)
        .put("namespace", namespace)
        .put("name", name)
        .put("uid", "not yet run")
        .put("createdAt", "1970-01-01T00:00:00Z")
        .put("attempt", 0)
        .put("definitionDigest", "of the job it was cloned from")
        .put("lastEpoch", 0)
        .put("floorEpoch", 0)
        .putNull("lastRestoreId")
        .put("ledgerOpened", false)
        .putNull("restoreIds")
        .putObject("clonedFrom");
    return record;
  }

  /** Says in the record whose state it begins with. */
  static void note(Manifest manifest, ObjectNode record) {
    record.put("revision", manifest.revision()).put("stateRevision", manifest.revision());
    record
        .putObject("clonedFrom")
        .put("jobId", manifest.jobId())
        .put("namespace", manifest.owner().path("namespace").asText())
        .put("name", manifest.owner().path("name").asText())
        .put("backup", manifest.name())
        .put("revision", manifest.revision());
  }
}
