package dev.tidemark.backup.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.rows.Rows;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A job's checkpoint path, as the contract with the driver has it: the owner record, and under each
 * revision manifests of state checkpoints whose data is never written again once its manifest is
 * there.
 */
public final class Checkpoint {
  /** The owner record, relative to the path. */
  public static final String OWNER = "_tidemark/job.json";

  private static final Pattern MANIFEST = Pattern.compile("e(\\d{10})-\\d{16}\\.json");

  /** An epoch in a key, after the {@code r} it begins with. */
  private static final Pattern EPOCH = Pattern.compile("\\d{6,}/(?:state/)?[ep](\\d{10})");

  private final ObjectStore store;
  private final Location path;
  private final ProgramCheckpoints programs;

  /** The checkpoint at a path of that store; nothing is read yet. */
  public Checkpoint(ObjectStore store, Location path) {
    this.store = store;
    this.path = path;
    this.programs = new ProgramCheckpoints(store, path);
  }

  /** The store it lies in. */
  public ObjectStore store() {
    return store;
  }

  /** Where it lies. */
  public Location path() {
    return path;
  }

  /** An owner record and the ETag it had. */
  public record Owner(ObjectNode record, String etag) {}

  /** The owner record, or empty when there is none. */
  public Optional<Owner> owner() {
    return store
        .read(path.key(OWNER))
        .map(content -> new Owner(tree(path.key(OWNER), content.bytes()), content.etag()));
  }

  /** Writes the owner record, if it is still the one of before; null: if there is none. */
  public Owner write(ObjectNode record, Owner before) {
    String key = path.key(OWNER);
    byte[] bytes = Json.bytes(record);
    return new Owner(
        record,
        before == null ? store.create(key, bytes) : store.replace(key, bytes, before.etag()));
  }

  private static ObjectNode tree(String key, byte[] bytes) {
    try {
      JsonNode tree = Json.MAPPER.readTree(bytes);
      if (tree instanceof ObjectNode object) {
        return object;
      }
    } catch (IOException e) {
      throw new BackupException(Reason.NothingToBackUp, key + " is no JSON", e);
    }
    throw new BackupException(Reason.NothingToBackUp, key + " is no JSON object");
  }

  /**
   * The highest epoch of anything that lies there; 0 when nothing does. For a path whose owner
   * record, which says it, is gone.
   */
  public long newestEpoch() {
    String prefix = path.key("r");
    return store.list(prefix).stream()
        .map(object -> EPOCH.matcher(object.key().substring(prefix.length())))
        .filter(Matcher::lookingAt)
        .mapToLong(name -> Long.parseLong(name.group(1)))
        .max()
        .orElse(0);
  }

  /**
   * Asks the job to leave this state checkpoint alone until it is released, or a day is over. Where
   * that may not be written, the copy is a race with the job, as it is before the job has looked.
   *
   * @param who made part of the mark, so that two do not release each other
   */
  public Optional<String> hold(Snapshot snapshot, String who) {
    if (snapshot.ofProgram()) {
      return Optional.empty(); // Spark knows nothing of marks
    }
    String manifest = manifest(snapshot.revision(), snapshot.state());
    String name = manifest.substring(manifest.lastIndexOf('/') + 1);
    String key = path.key(revision(snapshot.revision()) + "held/" + name + "~" + who);
    try {
      store.put(key, new byte[0]);
      return Optional.of(key);
    } catch (BackupException e) {
      if (e.reason() != Reason.AccessDenied) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** The job may do with it as it likes again; where that cannot be said, after a day. */
  public void release(String mark) {
    try {
      store.delete(List.of(mark));
    } catch (BackupException e) {
      // the copy is what it is, and the mark is void tomorrow
    }
  }

  /**
   * Requires, once copies of all objects are there, that together they are a checkpoint.
   *
   * @throws ObjectStore.Changed when the job has taken something away meanwhile
   */
  public void requireKept(Snapshot snapshot) {
    programs.requireKept(snapshot);
  }

  /** The prefix of a revision relative to the path, with a slash at its end. */
  public static String revision(int number) {
    return String.format(Locale.ROOT, "r%06d/", number);
  }

  /** The manifest of a state checkpoint relative to the path. */
  public static String manifest(int revision, JsonNode state) {
    return revision(revision)
        + String.format(
            Locale.ROOT,
            "state/e%010d-%016d.json",
            state.path("epoch").asLong(),
            state.path("batch").asLong());
  }

  /**
   * The newest state checkpoint that is whole. One of whose parts somebody has written again is
   * only taken where there is no other: its content may be anything, and only the job's image could
   * say. Where all are like that, somebody has moved the checkpoint to where it is.
   *
   * @throws BackupException {@code NothingToBackUp}
   */
  public Snapshot newest() {
    Place place = place();
    List<Listed> manifests = manifests(place);
    if (manifests.isEmpty()) {
      Optional<Snapshot> program = programs.newest(place.record());
      if (program.isPresent()) {
        return program.get();
      }
    }
    List<String> damaged = new ArrayList<>();
    Snapshot rewritten = null;
    for (Listed manifest : manifests) {
      Optional<Snapshot> whole =
          announced(place, manifest).flatMap(s -> whole(s, manifest, damaged));
      if (whole.isPresent() && !whole.get().rewritten()) {
        return whole.get();
      }
      rewritten = rewritten == null ? whole.orElse(null) : rewritten;
    }
    if (rewritten != null) {
      return rewritten;
    }
    throw new BackupException(
        Reason.NothingToBackUp,
        "no state checkpoint at "
            + path
            + " is whole: "
            + (damaged.isEmpty() ? "there is none" : String.join("; ", damaged)));
  }

  /**
   * What the manifest of the newest state checkpoint says, without a look at the data: it names no
   * objects. Empty when there is no such manifest.
   *
   * @throws BackupException {@code NothingToBackUp}
   */
  public Optional<Snapshot> announced() {
    Place place = place();
    return manifests(place).stream().findFirst().flatMap(manifest -> announced(place, manifest));
  }

  private Optional<Snapshot> announced(Place place, Listed manifest) {
    return store // it may have been pruned since the listing
        .read(manifest.key())
        .map(
            content -> {
              ObjectNode state = tree(manifest.key(), content.bytes());
              String directory =
                  state.path("directory").isNull()
                      ? null
                      : revision(place.revision()) + state.path("directory").asText();
              return new Snapshot(place.record(), state, place.revision(), directory, List.of());
            });
  }

  /** Where the state in force lies. */
  private record Place(ObjectNode record, int revision, long floor) {}

  private Place place() {
    ObjectNode record =
        owner()
            .orElseThrow(
                () ->
                    new BackupException(
                        Reason.NothingToBackUp,
                        "there is no checkpoint at "
                            + path
                            + ": no job has ever started with this path, or it was deleted"))
            .record();
    int revision = record.path("stateRevision").asInt();
    if (revision == 0) {
      throw new BackupException(
          Reason.NothingToBackUp,
          "the job at "
              + path
              + " keeps no state: its ledger, in its database, is all it needs; back that up");
    }
    return new Place(asOf(revision, record), revision, record.path("floorEpoch").asLong());
  }

  /**
   * A run of a changed definition takes its epoch first and the state after it; in between the
   * record is ahead of the state. Who finds such a pair later would take it for a run that was
   * killed there, and count by the definition of before what a later one has counted since. A pair
   * of before the change is what the state is, and known for that.
   */
  private static ObjectNode asOf(int revision, ObjectNode record) {
    if (record.path("revision").asInt() == revision) {
      return record;
    }
    return record
        .deepCopy()
        .put("revision", revision)
        .put("definitionDigest", "of the state's revision");
  }

  /** Newest first; what a restore has replaced is left out. */
  private List<Listed> manifests(Place place) {
    String prefix = path.key(revision(place.revision()) + "state/");
    return store.list(prefix).stream()
        .filter(
            object -> {
              Matcher name = MANIFEST.matcher(object.key().substring(prefix.length()));
              return name.matches() && Long.parseLong(name.group(1)) >= place.floor();
            })
        .sorted(Comparator.comparing(Listed::key).reversed())
        .toList();
  }

  private Optional<Snapshot> whole(Snapshot announced, Listed manifest, List<String> damaged) {
    if (announced.directory() == null) {
      return Optional.of(announced);
    }
    String prefix = path.key(announced.directory() + "/");
    List<Listed> objects =
        store.list(prefix).stream()
            .filter(object -> !object.key().substring(prefix.length()).startsWith("."))
            .filter(object -> !object.key().equals(prefix))
            .collect(Rows.collector(Listed.ROWS));
    Snapshot whole = announced.of(objects);
    Optional<String> damage = whole.damage();
    damage.ifPresent(what -> damaged.add(manifest.key() + ": " + what));
    return damage.isPresent() ? Optional.empty() : Optional.of(whole);
  }
}
