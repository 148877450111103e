package dev.tidemark.backup.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.repository.Creator.Created;
import dev.tidemark.backup.repository.Manifest;
import dev.tidemark.backup.repository.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What came of a command, for a program: one JSON document, at most 4096 bytes, so that it fits
 * into the termination message of a pod. {@code contract/backup} holds examples.
 *
 * @param reason {@code Completed}, or why not
 * @param message the sentence that people read
 * @param forgotten backups that retention did not keep; null where it was not asked
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Report(
    String reason,
    String message,
    Backup backup,
    Looked verification,
    List<String> forgotten,
    Restored restored) {

  static final String COMPLETED = "Completed";

  private static final int LONGEST = 4096;
  private static final int LONGEST_MESSAGE = 1500;

  /** A backup: what was made, or put back. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Backup(
      String name,
      String path,
      Instant createdAt,
      Instant slot,
      Manifest.Mode mode,
      long objects,
      long bytes,
      Long copiedObjects,
      Long copiedBytes,
      int revision,
      long epoch,
      long batch,
      long keys,
      String digest) {

    static Backup of(Manifest manifest, Object location, Created created) {
      return new Backup(
          manifest.name(),
          location.toString(),
          manifest.createdAt(),
          manifest.slot(),
          manifest.mode(),
          manifest.objects().size(),
          manifest.bytes(),
          created == null ? null : created.copied(),
          created == null ? null : created.copiedBytes(),
          manifest.revision(),
          manifest.state().path("epoch").asLong(),
          manifest.state().path("batch").asLong(),
          manifest.state().path("keys").asLong(),
          manifest.digest());
    }
  }

  /** What a look at it has found. */
  record Looked(Verification.Level level, Instant at, boolean good) {
    static Looked of(Verification seen) {
      return new Looked(seen.level(), seen.at(), seen.good());
    }
  }

  /** What a restore has done. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Restored(long epoch, boolean already, String safetyBackup) {}

  static Report failed(String reason, String message) {
    return new Report(reason, message, null, null, null, null);
  }

  static Report completed(String message, Backup backup) {
    return new Report(COMPLETED, message, backup, null, null, null);
  }

  Report looked(Verification seen) {
    String found = seen.good() ? reason : "BackupDamaged";
    String said =
        seen.good()
            ? message
            : "the backup " + seen.backup() + " is not whole: " + String.join("; ", seen.faults());
    return new Report(found, said, backup, Looked.of(seen), forgotten, restored);
  }

  Report forgotten(List<String> names) {
    return new Report(reason, message, backup, verification, names, restored);
  }

  Report restored(Restored done) {
    return new Report(reason, message, backup, verification, forgotten, done);
  }

  /** Writes it; null: nobody asked. */
  void write(Path file) {
    if (file == null) {
      return;
    }
    String said =
        message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
    byte[] bytes = Json.bytes(new Report(reason, said, backup, verification, forgotten, restored));
    if (bytes.length > LONGEST) {
      bytes = Json.bytes(new Report(reason, said, backup, verification, null, restored));
    }
    try {
      Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("the report cannot be written to " + file, e);
    }
  }
}
