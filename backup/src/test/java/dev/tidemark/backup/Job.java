package dev.tidemark.backup;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Writes state checkpoints as a driver does: data, then the manifest; the oldest go. */
public final class Job {
  private static final int KEPT = 3;
  private static final int PARTS = 2;

  private final ObjectStore store;
  private final Location path;
  private final String id;
  private final Deque<List<String>> kept = new ArrayDeque<>();
  private long epoch = 1;
  private long batch;
  private Long earliest;
  private int revision = 1;

  /** A job with that id at that path; it has an owner record, and no state yet. */
  public Job(ObjectStore store, Location path, String id) {
    this.store = store;
    this.path = path;
    this.id = id;
    store.put(path.key(Checkpoint.OWNER), Json.bytes(record()));
  }

  private ObjectNode record() {
    ObjectNode record = Json.MAPPER.createObjectNode();
    record.put("contract", 1).put("jobId", id).put("namespace", "shop").put("name", "totals");
    record.put("revision", revision).put("stateRevision", 1);
    record.put("definitionDigest", "of revision " + revision);
    return record
        .put("lastEpoch", epoch)
        .put("floorEpoch", 0)
        .putNull("lastRestoreId")
        .putNull("restoreIds");
  }

  /** Where its checkpoint is. */
  public Checkpoint checkpoint() {
    return new Checkpoint(store, path);
  }

  /** The batch of the last checkpoint. */
  public long batch() {
    return batch;
  }

  /** The topic holds nothing before that offset any more. */
  public void topicBeginsAt(long offset) {
    earliest = offset;
  }

  /** A run of a changed definition has its epoch, and has not taken over the state yet. */
  public void changes() {
    revision++;
    epoch++;
    store.put(path.key(Checkpoint.OWNER), Json.bytes(record()));
  }

  /** Writes one more checkpoint, whose parts say of which batch they are. */
  public void checkpointState() {
    batch += 1_000;
    String directory = "e%010d/uuid/rdd-%d".formatted(epoch, batch);
    List<String> keys = new ArrayList<>();
    ObjectNode state = Json.MAPPER.createObjectNode();
    state.put("contract", 1).put("epoch", epoch).put("batch", batch).put("keys", batch);
    state.put("directory", directory);
    state
        .putArray("offsets")
        .addObject()
        .put("topic", "t")
        .put("partition", 0)
        .put("until", batch)
        .put("earliest", earliest);
    state.put("writtenAt", "2026-01-01T00:00:00Z");
    ArrayNode parts = state.putArray("parts");
    for (int i = 0; i < PARTS; i++) {
      String name = "part-%05d".formatted(i);
      byte[] content = content(batch, i);
      keys.add(path.key("r000001/" + directory + "/" + name));
      store.put(keys.get(i), content);
      String etag = store.list(keys.get(i)).get(0).etag();
      parts.addObject().put("name", name).put("bytes", content.length).put("etag", etag);
    }
    keys.add(path.key("r000001/" + directory + "/_partitioner"));
    store.put(keys.get(PARTS), new byte[] {1});
    keys.add(path.key(Checkpoint.manifest(1, state)));
    store.put(keys.get(PARTS + 1), Json.bytes(state));
    kept.addLast(keys);
    if (kept.size() > KEPT) {
      List<String> oldest = kept.removeFirst();
      store.delete(oldest.subList(PARTS + 1, PARTS + 2)); // the manifest first
      store.delete(oldest.subList(0, PARTS + 1));
    }
  }

  /** What a part of the state after a batch holds. */
  public static byte[] content(long batch, int part) {
    return ("state after " + batch + ", part " + part).getBytes(StandardCharsets.UTF_8);
  }
}
