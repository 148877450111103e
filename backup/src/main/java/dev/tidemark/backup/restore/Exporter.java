package dev.tidemark.backup.restore;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.checkpoint.Checkpoint;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Manifest.Stored;
import dev.tidemark.backup.repository.Progress;
import dev.tidemark.backup.repository.Repository;
import dev.tidemark.backup.rows.Lookup;
import dev.tidemark.backup.store.ObjectStore.Changed;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.Transferred;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;

/** Puts a backup into a directory of this machine, laid out as it lay in the checkpoint. */
public final class Exporter {
  private final Repository repository;
  private final Progress progress;

  /** Exports from that repository. */
  public Exporter(Repository repository, Progress progress) {
    this.repository = repository;
    this.progress = progress;
  }

  /**
   * Exports.
   *
   * @param directory is made, and must be empty
   * @throws BackupException {@code BackupNotFound}, {@code BackupDamaged}
   */
  public Manifest export(String name, Path directory) throws IOException {
    Manifest manifest = repository.read(name);
    requireEmpty(directory);
    progress.expect(manifest.objects().size(), manifest.bytes());
    if (manifest.directory() != null) {
      Path data = Files.createDirectories(directory.resolve(manifest.directory()));
      Lookup<Listed> there = repository.whole(manifest, "");
      try {
        Transferred.each(
            manifest.objects(),
            object ->
                fetch(
                    manifest,
                    object,
                    there.find(object.key()).orElseThrow(),
                    data.resolve(object.path())),
            object -> progress.done(object.bytes()));
      } catch (Changed e) {
        damaged(manifest, e.getMessage());
      }
    }
    String state = Checkpoint.manifest(manifest.revision(), manifest.state());
    write(directory.resolve(state), Json.bytes(manifest.state()));
    write(directory.resolve(Checkpoint.OWNER), Json.bytes(manifest.owner()));
    return manifest;
  }

  private static void requireEmpty(Path directory) throws IOException {
    Files.createDirectories(directory);
    try (var there = Files.list(directory)) {
      if (there.findAny().isPresent()) {
        throw new BackupException(
            Reason.InvalidLocation, directory + " is not empty; choose another directory");
      }
    }
  }

  private CompletableFuture<Stored> fetch(
      Manifest manifest, Stored object, Listed listed, Path file) {
    make(file);
    return repository.store().stream(listed, piece -> append(file, piece))
        .thenApply(
            sums -> {
              object.fault(sums).ifPresent(fault -> damaged(manifest, fault));
              return object;
            });
  }

  private static void make(Path file) {
    try {
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be made", e);
    }
  }

  private static void append(Path file, byte[] piece) {
    try {
      Files.write(file, piece, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written", e);
    }
  }

  private static void write(Path file, byte[] bytes) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private void damaged(Manifest manifest, String fault) {
    throw new BackupException(
        Reason.BackupDamaged,
        "the backup %s at %s is not whole: %s".formatted(manifest.name(), repository, fault));
  }
}
