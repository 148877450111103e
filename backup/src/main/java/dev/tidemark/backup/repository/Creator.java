package dev.tidemark.backup.repository;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.checkpoint.Snapshot;
import dev.tidemark.backup.repository.Manifest.Mode;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.rows.Lookup;
import dev.tidemark.backup.rows.Rows;
import dev.tidemark.backup.store.ObjectStore.Changed;
import dev.tidemark.backup.store.ObjectStore.Copied;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.Transferred;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Makes a backup of a checkpoint while its job goes on.
 *
 * <p>A state checkpoint's data is complete before its manifest is written, and never written again;
 * the job only deletes it. Each object is copied under the condition that it is still what was
 * listed, so that when all copies have succeeded they are that checkpoint. When the job has pruned
 * it meanwhile, a newer one is taken. What a program of a user's own has checkpointed is chosen so
 * that the same holds.
 */
public final class Creator {
  /** How many checkpoints the job may take away from under the copy before that is an error. */
  private static final int TRIES = 5;

  private final Checkpoint checkpoint;
  private final Repository repository;
  private final Clock clock;
  private final Progress progress;

  /** Copies from a checkpoint to a repository, in the same store or in another one. */
  public Creator(Checkpoint checkpoint, Repository repository, Clock clock, Progress progress) {
    this.checkpoint = checkpoint;
    this.repository = repository;
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * What was made.
   *
   * @param copied objects that were not there yet
   * @param copiedBytes their size
   */
  public record Created(Manifest manifest, long copied, long copiedBytes) {}

  /**
   * What is asked for.
   *
   * @param name null: after the job and the time
   * @param slot the scheduled instant it belongs to; null for one made by hand
   * @param id of the request: what it has made already is taken as made now; null: every request is
   *     a new one
   */
  public record Request(String name, Instant slot, String id, Mode mode) {
    /** By hand. */
    public static Request of(String name, Mode mode) {
      return new Request(name, null, null, mode);
    }
  }

  /**
   * Makes a backup. When it fails, or dies, there is none of that name; trying again finds what was
   * copied.
   *
   * @throws BackupException {@code NothingToBackUp}, {@code CheckpointMoving}, {@code
   *     BackupExists}, {@code LocationInUse}, {@code InvalidLocation}
   */
  public Created create(Request request) {
    Instant begun = clock.instant();
    Optional<Manifest> last = request.mode() == Mode.Full ? Optional.empty() : repository.last();
    Optional<Snapshot> same = last.flatMap(this::unchanged);
    Snapshot snapshot = same.orElseGet(checkpoint::newest);
    String called = request.name() == null ? name(snapshot, begun) : request.name();
    if (!Manifest.isName(called)) {
      throw new BackupException(
          Reason.InvalidLocation,
          "'" + called + "' cannot name a backup; use small letters, digits, dots and dashes");
    }
    repository.claim(checkpoint, snapshot.jobId());
    if (repository.names().contains(called)) {
      return taken(called, request);
    }
    repository.begin(called);
    Request named = new Request(called, request.slot(), request.id(), request.mode());
    Created created =
        same.isPresent() && isKept(last.get())
            ? again(last.get(), snapshot, named, begun)
            : copied(same.isPresent() ? checkpoint.newest() : snapshot, named, last, begun);
    if (Duration.between(begun, clock.instant()).compareTo(Sweeper.LONGEST_RUN) > 0) {
      throw new BackupException(
          Reason.CheckpointMoving,
          "the backup "
              + called
              + " took longer than "
              + Sweeper.LONGEST_RUN.toHours()
              + " hours; a sweep may have taken it for dead, so it does not count");
    }
    try {
      Manifest sealed = repository.complete(created.manifest());
      created = new Created(sealed, created.copied(), created.copiedBytes());
    } catch (Changed e) {
      created = taken(called, request);
    }
    repository.end(called);
    return created;
  }

  /** A run that died after its last write, or was not heard, has made it: then it is made. */
  private Created taken(String name, Request request) {
    Manifest there = repository.read(name);
    if (request.id() == null || !request.id().equals(there.request())) {
      throw exists(name);
    }
    return new Created(there, 0, 0);
  }

  private static String name(Snapshot snapshot, Instant now) {
    String time = now.truncatedTo(ChronoUnit.SECONDS).toString().replaceAll("[-:]", "");
    return snapshot.owner().path("name").asText() + "-" + time.toLowerCase(Locale.ROOT);
  }

  private BackupException exists(String name) {
    return new BackupException(
        Reason.BackupExists,
        "there is a backup " + name + " at " + repository + " already; it stays as it is");
  }

  /**
   * The newest state, if it is that of a backup. Its data was complete then and is never written
   * again, so that neither it nor its copies are looked for.
   */
  private Optional<Snapshot> unchanged(Manifest backup) {
    return checkpoint
        .announced()
        .filter(
            now ->
                backup.mode() == Mode.Incremental
                    && backup.jobId().equals(now.jobId())
                    && backup.revision() == now.revision()
                    && backup.state().equals(now.state()));
  }

  /**
   * True when no sweep can take away what a backup names, before another one that has begun is
   * there: none of it is on a list, and the backup is still there after that was read.
   */
  private boolean isKept(Manifest backup) {
    Set<String> condemned = Condemned.keys(repository);
    return backup.objects().stream().noneMatch(object -> condemned.contains(object.key()))
        && repository.names().contains(backup.name());
  }

  private Created again(Manifest backup, Snapshot snapshot, Request request, Instant begun) {
    progress.expect(backup.objects().size(), backup.bytes());
    backup.objects().forEach(object -> progress.done(object.bytes()));
    return new Created(manifest(snapshot, request, backup.objects(), begun), 0, 0);
  }

  private Created copied(Snapshot first, Request request, Optional<Manifest> last, Instant begun) {
    Snapshot snapshot = first;
    for (int i = 0; i < TRIES; i++) {
      Optional<String> mark = checkpoint.hold(snapshot, request.name());
      try {
        return copy(snapshot, request, last, begun);
      } catch (Changed e) {
        snapshot = checkpoint.newest();
      } finally {
        mark.ifPresent(checkpoint::release);
      }
    }
    throw new BackupException(
        Reason.CheckpointMoving,
        "the job replaced its checkpoint "
            + TRIES
            + " times while it was being copied from "
            + checkpoint.path()
            + "; let the backup run nearer to the store, or checkpoint state less often");
  }

  private Created copy(Snapshot snapshot, Request request, Optional<Manifest> last, Instant begun) {
    String name = request.name();
    Mode mode = request.mode();
    Set<String> condemned = Condemned.keys(repository);
    Function<Listed, String> place =
        mode == Mode.Full ? Places.full(snapshot, name, condemned) : Places.shared(name, condemned);
    Lookup<Listed> there =
        mode == Mode.Full
            ? new Lookup<>(List.of(), Listed::key)
            : repository.listed(Repository.OBJECTS);
    Lookup<Stored> known = new Lookup<>(last.map(Manifest::objects).orElse(List.of()), Stored::key);
    progress.expect(snapshot.objects().size(), snapshot.bytes());
    List<Stored> objects = new Rows<>(Stored.ROWS);
    long[] fresh = new long[2];
    Transferred.each(
        snapshot.objects(),
        object -> {
          String key = place.apply(object);
          Optional<Stored> before = reusable(snapshot, object, key, there, known);
          if (before.isPresent()) {
            progress.done(object.bytes());
            return CompletableFuture.completedFuture(before.get());
          }
          fresh[0]++;
          fresh[1] += object.bytes();
          return repository
              .store()
              .copy(checkpoint.store(), object, repository.key(key))
              .thenApply(done -> stored(snapshot, object, key, done));
        },
        objects::add);
    checkpoint.requireKept(snapshot);
    if (mode == Mode.Full) {
      String folder = Repository.FULL + name + "/";
      put(folder + Checkpoint.OWNER, snapshot.owner());
      put(folder + Checkpoint.manifest(snapshot.revision(), snapshot.state()), snapshot.state());
    }
    return new Created(manifest(snapshot, request, objects, begun), fresh[0], fresh[1]);
  }

  private Manifest manifest(
      Snapshot snapshot, Request request, List<Stored> objects, Instant begun) {
    return new Manifest(
        Manifest.FORMAT,
        request.name(),
        begun,
        request.slot(),
        request.id(),
        request.mode(),
        checkpoint.path().toString(),
        snapshot.revision(),
        snapshot.directory(),
        snapshot.owner(),
        snapshot.state(),
        objects,
        Manifest.UNSEALED);
  }

  /** An object that is there already: as the backup before has noted it, or as its source is. */
  private Optional<Stored> reusable(
      Snapshot snapshot, Listed object, String key, Lookup<Listed> there, Lookup<Stored> known) {
    return there
        .find(key)
        .filter(old -> old.bytes() == object.bytes())
        .flatMap(
            old ->
                known
                    .find(key)
                    .filter(noted -> noted.etag().equals(old.etag()))
                    .or(() -> sameAsItsSource(snapshot, object, key, old)));
  }

  private static Optional<Stored> sameAsItsSource(
      Snapshot snapshot, Listed object, String key, Listed old) {
    return old.etag().equals(object.etag())
        ? Optional.of(new Stored(snapshot.path(object), key, old.bytes(), old.etag(), null))
        : Optional.empty();
  }

  private Stored stored(Snapshot snapshot, Listed object, String key, Copied done) {
    progress.done(object.bytes());
    return new Stored(snapshot.path(object), key, object.bytes(), done.etag(), done.sha256());
  }

  private void put(String key, ObjectNode document) {
    repository.store().put(repository.key(key), Json.bytes(document));
  }
}
