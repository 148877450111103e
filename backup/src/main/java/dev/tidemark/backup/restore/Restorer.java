package dev.tidemark.backup.restore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.checkpoint.Checkpoint.Owner;
import dev.tidemark.backup.checkpoint.Snapshot;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.rows.Lookup;
import dev.tidemark.backup.store.ObjectStore;
import dev.tidemark.backup.store.ObjectStore.Changed;
import dev.tidemark.backup.store.ObjectStore.Copied;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.Transferred;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Puts a backup back as the newest state checkpoint of its job. It takes an epoch, so that no run
 * of before can take the owner record; copies the data under that epoch; and makes it count by one
 * write, that of the state manifest. Until then the job is what it was. What lies there stays; the
 * owner record's floor says that it no longer counts.
 *
 * <p>Where results go decides how far the job is: its next run reads again from the topic what lies
 * between the backup and the ledger, so nothing is skipped and nothing doubled.
 */
public final class Restorer {
  private static final int MOST_IDS = 100;

  private final Repository repository;
  private final Checkpoint checkpoint;
  private final Progress progress;

  /** Restores from that repository to that checkpoint path, of the same store or another one. */
  public Restorer(Repository repository, Checkpoint checkpoint, Progress progress) {
    this.repository = repository;
    this.checkpoint = checkpoint;
    this.progress = progress;
  }

  /**
   * What was done.
   *
   * @param epoch that was taken
   * @param already true when this request was carried out before; nothing was changed now
   */
  public record Restored(Manifest manifest, long epoch, boolean already) {}

  /**
   * Restores.
   *
   * @param id of the request: it is carried out once
   * @param keepReplacedUntil until then the job leaves alone what it had before
   * @throws BackupException {@code BackupDamaged}, {@code ForeignBackup}, {@code OffsetsExpired},
   *     {@code RestoreConflict}
   */
  public Restored restore(String name, String id, Instant keepReplacedUntil) {
    return restore(name, id, keepReplacedUntil, null);
  }

  /**
   * The same; a job that has no checkpoint yet begins with the state of another one.
   *
   * @param clone the new job, if it is one; null: the backup must be of the very job
   * @throws BackupException also {@code LocationInUse}
   */
  public Restored restore(String name, String id, Instant keepReplacedUntil, Clone clone) {
    Manifest manifest = repository.read(name);
    boolean program = Snapshot.isOfProgram(manifest.state());
    Optional<Owner> before = checkpoint.owner();
    if (before.isPresent()) {
      ObjectNode record = before.get().record();
      if (isAnswered(id, record)) {
        return new Restored(manifest, record.path("floorEpoch").asLong(), true);
      }
      if (!Clone.isUnfinished(record)) {
        requireSame(manifest, record);
        if (!program) {
          requireRevision(manifest, record);
          requireReach(manifest);
        }
      }
    }
    Lookup<Listed> objects =
        repository.whole(
            manifest, ". The job goes on with the checkpoint it had; restore another backup");

    boolean another = before.isEmpty() && clone != null && clone.isAnother(manifest);
    if (program && another) {
      throw new BackupException(
          Reason.ForeignBackup,
          "the backup %s is of a program that has its own source and sink, which a second job would read and write, too. Nothing was changed; restore it to the job it is of"
              .formatted(manifest.name()));
    }
    ObjectNode first = another ? clone.record(checkpoint) : manifest.owner();
    ObjectNode owner = before.map(Owner::record).orElse(first).deepCopy();
    if (another || Clone.isUnfinished(owner)) {
      Clone.note(manifest, owner);
    }
    long lastEpoch = owner.path("lastEpoch").asLong();
    // Above what a run has written that outlived the record: it must not be taken for the backup.
    long epoch =
        (before.isPresent() ? lastEpoch : Math.max(lastEpoch, checkpoint.newestEpoch())) + 1;
    owner.put("lastEpoch", epoch);
    Owner taken = write(owner.deepCopy(), before.orElse(null));
    owner.put("floorEpoch", epoch);
    owner.put("lastRestoreId", id);
    note(id, owner);
    owner.put("keepReplacedUntil", keepReplacedUntil.toString());

    String directory = String.format(Locale.ROOT, program ? "p%010d" : "e%010d/restored", epoch);
    ObjectNode state = manifest.state().deepCopy();
    state.put("epoch", epoch);
    for (JsonNode part : state.path("parts")) {
      ((ObjectNode) part).remove("etag"); // the copies have their own
    }
    if (manifest.directory() != null) {
      state.put("directory", directory);
      String folder = Checkpoint.revision(manifest.revision()) + directory + "/";
      copy(manifest, objects, folder);
      requireThere(manifest, folder);
    }
    if (!program) {
      checkpoint
          .store()
          .put(
              checkpoint.path().key(Checkpoint.manifest(manifest.revision(), state)),
              Json.bytes(state));
    }
    write(owner, taken);
    return new Restored(manifest, epoch, false);
  }

  private static boolean isAnswered(String id, ObjectNode record) {
    for (JsonNode known : record.path("restoreIds")) {
      if (id.equals(known.asText())) {
        return true;
      }
    }
    return id.equals(record.path("lastRestoreId").asText(null));
  }

  /** The newest so many: an older request is not asked for again by any program. */
  private static void note(String id, ObjectNode owner) {
    JsonNode known = owner.get("restoreIds");
    ArrayNode ids = known instanceof ArrayNode array ? array : owner.putArray("restoreIds");
    ids.add(id);
    while (ids.size() > MOST_IDS) {
      ids.remove(0);
    }
  }

  private void requireSame(Manifest manifest, ObjectNode record) {
    if (!manifest.jobId().equals(record.path("jobId").asText())) {
      throw new BackupException(
          Reason.ForeignBackup,
          "the backup %s is of the job %s/%s (%s); the checkpoint %s belongs to %s/%s (%s). Nothing was changed"
              .formatted(
                  manifest.name(),
                  manifest.owner().path("namespace").asText(),
                  manifest.owner().path("name").asText(),
                  manifest.jobId(),
                  checkpoint.path(),
                  record.path("namespace").asText(),
                  record.path("name").asText(),
                  record.path("jobId").asText()));
    }
  }

  private static void requireRevision(Manifest manifest, ObjectNode record) {
    int revision = record.path("stateRevision").asInt();
    if (revision != manifest.revision()) {
      throw new BackupException(
          Reason.ForeignBackup,
          "the backup %s holds the state of revision %d, and the job keeps that of revision %d: they were counted by different definitions. Nothing was changed; take a backup made since the change"
              .formatted(manifest.name(), manifest.revision(), revision));
    }
  }

  /**
   * The job reads again what came after the backup, and has noted with its newest checkpoint how
   * much of that the topic still held. Where it could not, it finds out when it starts.
   */
  private void requireReach(Manifest manifest) {
    ObjectNode newest;
    try {
      newest = checkpoint.newest().state();
    } catch (BackupException e) {
      if (e.reason() != Reason.NothingToBackUp) {
        throw e;
      }
      return;
    }
    for (JsonNode now : newest.path("offsets")) {
      for (JsonNode then : manifest.state().path("offsets")) {
        long until = then.path("until").asLong();
        long earliest = now.path("earliest").asLong(0);
        if (then.path("topic").equals(now.path("topic"))
            && then.path("partition").equals(now.path("partition"))
            && until < earliest
            && until < now.path("until").asLong()) {
          throw new BackupException(
              Reason.OffsetsExpired,
              "the backup %s stands at offset %d of %s/%s, and the topic held nothing before offset %d at %s: what lies between could not be counted again. The job goes on with the checkpoint it had; take a newer backup"
                  .formatted(
                      manifest.name(),
                      until,
                      then.path("topic").asText(),
                      then.path("partition").asText(),
                      earliest,
                      newest.path("writtenAt").asText()));
        }
      }
    }
  }

  private Owner write(ObjectNode owner, Owner before) {
    try {
      return checkpoint.write(owner, before);
    } catch (Changed e) {
      throw conflict();
    }
  }

  private BackupException conflict() {
    return new BackupException(
        Reason.RestoreConflict,
        "the owner record of "
            + checkpoint.path()
            + " was changed by a run of the job while the restore began; stop the job (spec.suspend:"
            + " true) and restore again. The job goes on with the checkpoint it had");
  }

  private void copy(Manifest manifest, Lookup<Listed> objects, String folder) {
    progress.expect(manifest.objects().size(), manifest.bytes());
    ObjectStore to = checkpoint.store();
    try {
      Transferred.each(
          manifest.objects(),
          object ->
              to.copy(
                      repository.store(),
                      objects.find(object.key()).orElseThrow(),
                      checkpoint.path().key(folder + object.path()))
                  .thenApply(done -> checked(object, done)),
          object -> progress.done(object.bytes()));
    } catch (Changed e) {
      throw new BackupException(
          Reason.BackupDamaged,
          e.getMessage()
              + " while it was being put back. The job goes on with the checkpoint it had; restore again",
          e);
    }
  }

  /** What counts from the next write on is looked at once more. */
  private void requireThere(Manifest manifest, String folder) {
    String prefix = checkpoint.path().key(folder);
    Lookup<Listed> there =
        new Lookup<>(
            checkpoint.store().list(prefix), object -> object.key().substring(prefix.length()));
    for (Stored object : manifest.objects()) {
      if (there.find(object.path()).filter(o -> o.bytes() == object.bytes()).isEmpty()) {
        throw new BackupException(
            Reason.RestoreConflict,
            "%s%s is not what was put there: somebody deletes or writes under %s. The job goes on with the checkpoint it had; restore again"
                .formatted(prefix, object.path(), checkpoint.path()));
      }
    }
  }

  private Stored checked(Stored object, Copied done) {
    if (object.sha256() != null
        && done.sha256() != null
        && !object.sha256().equals(done.sha256())) {
      throw new BackupException(
          Reason.BackupDamaged,
          repository.key(object.key())
              + " holds something else than was backed up; restore another backup");
    }
    return object;
  }
}
