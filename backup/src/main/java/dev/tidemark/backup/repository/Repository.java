package dev.tidemark.backup.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.rows.Lookup;
import dev.tidemark.backup.rows.Scratch;
import dev.tidemark.backup.store.Location;
import dev.tidemark.backup.store.ObjectStore;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A location with the backups of one job.
 *
 * <pre>
 * repository.json          whose backups these are
 * manifests/NAME.json      a backup each; written last, never changed
 * objects/ab/abcd...       their data, stored once
 * full/NAME/...            the data of a full backup, and what it takes to put it back by hand
 * verified/NAME.json       what the last verification found
 * running/NAME.json        a backup that is being made
 * condemned/ID.json        objects that no backup names, to be deleted by a later sweep
 * </pre>
 */
public final class Repository {
  static final String MARK = "repository.json";
  static final String MANIFESTS = "manifests/";
  static final String OBJECTS = "objects/";
  static final String FULL = "full/";
  static final String VERIFIED = "verified/";
  static final String RUNNING = "running/";
  static final String CONDEMNED = "condemned/";

  private static final String JSON = ".json";

  private final ObjectStore store;
  private final Location location;

  /** The repository at a location of that store; nothing is read yet. */
  public Repository(ObjectStore store, Location location) {
    this.store = store;
    this.location = location;
  }

  /** The store it lies in. */
  public ObjectStore store() {
    return store;
  }

  /** The full key of something in it. */
  public String key(String relative) {
    return location.key(relative);
  }

  @Override
  public String toString() {
    return location.toString();
  }

  /**
   * Makes the location this job's, unless it is already.
   *
   * @throws BackupException {@code LocationInUse}, {@code InvalidLocation}
   */
  void claim(Checkpoint checkpoint, String jobId) {
    if (location.overlaps(checkpoint.path())) {
      throw new BackupException(
          Reason.InvalidLocation,
          "the backup location "
              + location
              + " lies in or around the checkpoint "
              + checkpoint.path()
              + ", so that whatever deletes the one deletes the other; choose a path beside it, or"
              + " better another bucket");
    }
    Optional<String> owner = owner();
    if (owner.isEmpty()) {
      requireEmpty();
      try {
        store.create(key(MARK), Json.bytes(Map.of("format", Manifest.FORMAT, "jobId", jobId)));
        return;
      } catch (ObjectStore.Changed e) {
        owner = owner(); // another one was quicker
      }
    }
    if (!jobId.equals(owner.orElse(null))) {
      throw new BackupException(
          Reason.LocationInUse,
          location
              + " holds the backups of another job ("
              + owner.orElse("unknown")
              + ", this one is "
              + jobId
              + "); choose another path");
    }
  }

  private void requireEmpty() {
    List<Listed> there = store.list(key(""));
    if (!there.isEmpty()) {
      throw new BackupException(
          Reason.LocationInUse,
          location
              + " holds objects that are no backups ("
              + there.get(0).key()
              + "); choose an empty path");
    }
  }

  private Optional<String> owner() {
    return store
        .read(key(MARK))
        .map(
            content -> {
              try {
                JsonNode mark = Json.MAPPER.readTree(content.bytes());
                return mark.path("jobId").asText();
              } catch (IOException e) {
                throw new BackupException(
                    Reason.LocationInUse, key(MARK) + " is no JSON; choose another path", e);
              }
            });
  }

  /** The objects in a folder, by their keys relative to the repository. */
  public Lookup<Listed> listed(String folder) {
    int relative = key("").length();
    return new Lookup<>(store.list(key(folder)), object -> object.key().substring(relative));
  }

  /**
   * All objects of a backup as they are now, by their keys relative to the repository.
   *
   * @param advice ends the sentence when one of them is not what the manifest says
   * @throws BackupException {@code BackupDamaged}
   */
  public Lookup<Listed> whole(Manifest manifest, String advice) {
    Lookup<Listed> there = listed(manifest.folder());
    for (Stored object : manifest.objects()) {
      object
          .fault(there.find(object.key()).orElse(null))
          .ifPresent(
              fault -> {
                throw new BackupException(
                    Reason.BackupDamaged,
                    "the backup %s at %s is not whole: %s%s"
                        .formatted(manifest.name(), location, fault, advice));
              });
    }
    return there;
  }

  /** Names of all backups, in the order of their names. */
  public List<String> names() {
    return store.list(key(MANIFESTS)).stream().map(this::name).toList();
  }

  private String name(Listed manifest) {
    String file = manifest.key().substring(key(MANIFESTS).length());
    return file.substring(0, file.length() - JSON.length());
  }

  /**
   * A backup.
   *
   * @throws BackupException {@code BackupNotFound}, {@code BackupDamaged}
   */
  public Manifest read(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new BackupException(
                    Reason.BackupNotFound, "there is no backup " + name + " at " + location));
  }

  /**
   * A backup, or empty when there is none of that name.
   *
   * @throws BackupException {@code BackupDamaged}
   */
  Optional<Manifest> find(String name) {
    String key = key(MANIFESTS + name + JSON);
    return Scratch.with(
        file ->
            store.fetch(key, file)
                ? Optional.of(Manifest.read(file, name, key))
                : Optional.empty());
  }

  /** All backups that can be read, oldest first; the others are left to whoever asks by name. */
  public List<Manifest> all() {
    return names().stream()
        .flatMap(name -> readable(name).stream())
        .sorted(Comparator.comparing(Manifest::createdAt))
        .toList();
  }

  /**
   * The newest backup whose last verification found it good; one that was never looked at does not
   * count.
   *
   * @param before made before this time; null: whenever
   */
  public Optional<Manifest> newestGood(Instant before) {
    return all().stream()
        .filter(backup -> before == null || backup.createdAt().isBefore(before))
        .filter(backup -> verification(backup.name()).map(Verification::good).orElse(false))
        .reduce((older, newer) -> newer);
  }

  private Optional<Manifest> readable(String name) {
    try {
      return find(name);
    } catch (BackupException e) {
      if (e.reason() != Reason.BackupDamaged) {
        throw e;
      }
      return Optional.empty();
    }
  }

  /** What the last verification of a backup found; empty when there was none. */
  public Optional<Verification> verification(String name) {
    return store
        .read(key(VERIFIED + name + JSON))
        .map(
            content -> {
              try {
                return Json.MAPPER.readValue(content.bytes(), Verification.class);
              } catch (IOException e) {
                return null; // as if there were none: it is made again
              }
            });
  }

  void note(Verification verification) {
    store.put(key(VERIFIED + verification.backup() + JSON), Json.bytes(verification));
  }

  /** Writes the manifest; returns it as it was written, with its digest. */
  Manifest complete(Manifest manifest) {
    String key = key(MANIFESTS + manifest.name() + JSON);
    return Scratch.with(
        file -> {
          Manifest sealed = manifest.sealed(file, key);
          store.create(key, file);
          return sealed;
        });
  }

  /** From now on no sweep deletes what the backup that is being made may build upon. */
  void begin(String name) {
    store.create(
        key(RUNNING + name + "~" + UUID.randomUUID() + JSON), Json.bytes(Map.of("backup", name)));
  }

  /** The backup is complete; tries that have died before it are over too. */
  void end(String name) {
    store.delete(store.list(key(RUNNING + name + "~")).stream().map(Listed::key).toList());
  }

  /** The backup made last, unless it is known to be damaged. */
  Optional<Manifest> last() {
    return store.list(key(MANIFESTS)).stream()
        .max(Comparator.comparing(Listed::modified))
        .map(this::name)
        .filter(name -> verification(name).map(Verification::good).orElse(true))
        .flatMap(this::readable);
  }

  /** Forgets backups, those that are there; their objects are left to the sweep. */
  public void forget(Collection<String> names) {
    store.delete(names.stream().map(name -> key(MANIFESTS + name + JSON)).toList());
    store.delete(names.stream().map(name -> key(VERIFIED + name + JSON)).toList());
  }
}
