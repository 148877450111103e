package dev.tidemark.backup.repository;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.rows.Rows;
import dev.tidemark.backup.store.ObjectStore.Listed;
import dev.tidemark.backup.store.ObjectStore.Sums;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What makes objects a backup; written last. {@code docs/backup-format.md} specifies it.
 *
 * @param format version of this document
 * @param name of the backup, unique in its location
 * @param createdAt by the clock of whoever made it, for people and retention
 * @param slot the scheduled instant it belongs to; null for one made by hand
 * @param request who asked for it: trying again under the same name is the same backup; null for
 *     one made by hand
 * @param mode whether its objects are shared with other backups
 * @param checkpoint the path that was copied, for people
 * @param revision whose state it is
 * @param directory of the data relative to the checkpoint path; null for empty state
 * @param owner the owner record as it was
 * @param state the manifest of the state checkpoint, with the offsets it stands at
 * @param objects the data
 * @param digest SHA-256 in hex of the document in which it is {@link #UNSEALED}
 */
public record Manifest(
    int format,
    String name,
    Instant createdAt,
    Instant slot,
    String request,
    Mode mode,
    String checkpoint,
    int revision,
    String directory,
    ObjectNode owner,
    ObjectNode state,
    @JsonDeserialize(using = StoredReader.class) List<Stored> objects,
    String digest) {

  /** The format written and read here. */
  public static final int FORMAT = 1;

  /** The digest of a document that has none yet. */
  static final String UNSEALED = "0".repeat(64);

  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]+");

  /** How a backup lies in its location. */
  public enum Mode {
    /** Objects that another backup has too are stored once. */
    Incremental,
    /** All objects under one prefix of its own, laid out as in the checkpoint. */
    Full
  }

  /**
   * An object of a backup.
   *
   * @param path relative to the directory of the data
   * @param key relative to the backup location
   * @param etag of the copy
   * @param sha256 of the content in base64; null where the store did not tell
   */
  public record Stored(String path, String key, long bytes, String etag, String sha256) {

    /** For lists of many. */
    static final Rows.Format<Stored> ROWS =
        new Rows.Format<>() {
          @Override
          public String[] texts(Stored entry) {
            return new String[] {
              entry.path(), entry.key(), String.valueOf(entry.bytes()), entry.etag(), entry.sha256()
            };
          }

          @Override
          public Stored entry(String[] texts) {
            return new Stored(texts[0], texts[1], Long.parseLong(texts[2]), texts[3], texts[4]);
          }
        };

    /**
     * What is wrong with what lies at its key; null when nothing is there. Empty: it is the same.
     */
    public Optional<String> fault(Listed there) {
      if (there == null) {
        return Optional.of(key + " is missing");
      }
      if (there.bytes() != bytes) {
        return Optional.of(key + " has " + there.bytes() + " bytes instead of " + bytes);
      }
      return there.etag().equals(etag)
          ? Optional.empty()
          : Optional.of(key + " was written again by somebody (its ETag is another)");
    }

    /** What is wrong with the content that was read at its key; empty: it is what was copied. */
    public Optional<String> fault(Sums sums) {
      boolean same;
      if (sha256 != null) {
        same = sha256.equals(sums.sha256());
      } else {
        // A store that tells no sum of a copy has one in the ETag, if it was written in one piece.
        String sum = etag.replace("\"", "");
        same = !sum.matches("[0-9a-f]{32}") || sum.equals(sums.md5());
      }
      return same ? Optional.empty() : Optional.of(key + " holds something else than was copied");
    }
  }

  /** The job whose checkpoint it is. */
  public String jobId() {
    return owner.path("jobId").asText();
  }

  /** Size of all objects in bytes. */
  public long bytes() {
    return objects.stream().mapToLong(Stored::bytes).sum();
  }

  /** Where its objects lie, relative to the backup location, with a slash at its end. */
  public String folder() {
    return mode == Mode.Full ? Repository.FULL + name + "/" : Repository.OBJECTS;
  }

  /** True for what may name a backup: what Kubernetes takes as the name of an object. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Writes the document to a file, and returns it with the digest it was sealed with.
   *
   * @param place for the message
   * @throws BackupException {@code BackupDamaged} when nobody could read it
   */
  Manifest sealed(Path file, String place) throws IOException {
    requireBelow(place);
    try (OutputStream out = Files.newOutputStream(file)) {
      Json.MAPPER.writeValue(out, this);
    }
    String sum = Seal.of(file, UNSEALED).orElseThrow();
    Seal.replace(file, UNSEALED, sum);
    return new Manifest(
        format,
        name,
        createdAt,
        slot,
        request,
        mode,
        checkpoint,
        revision,
        directory,
        owner,
        state,
        objects,
        sum);
  }

  /**
   * Reads what {@link #sealed} has written.
   *
   * @param place for the message
   * @throws BackupException {@code BackupDamaged} when it is cut short, altered, or names an object
   *     outside of its location
   */
  static Manifest read(Path file, String name, String place) throws IOException {
    Manifest manifest;
    try {
      manifest = Json.MAPPER.readValue(file.toFile(), Manifest.class);
    } catch (JsonProcessingException | CharConversionException e) {
      throw damaged(place, "is no manifest: " + e.getMessage().lines().findFirst().orElse(""), e);
    }
    if (manifest == null) {
      throw damaged(place, "is no manifest of the backup " + name, null);
    }
    if (manifest.format() > FORMAT) {
      throw damaged(place, "has format " + manifest.format() + "; use a newer version", null);
    }
    boolean whole =
        manifest.format() == FORMAT
            && name.equals(manifest.name())
            && manifest.createdAt() != null
            && manifest.mode() != null
            && manifest.owner() != null
            && manifest.state() != null
            && manifest.objects() != null
            && manifest.digest() != null
            && DIGEST.matcher(manifest.digest()).matches();
    if (!whole) {
      throw damaged(place, "is no manifest of the backup " + name, null);
    }
    if (!Seal.of(file, manifest.digest()).equals(Optional.of(manifest.digest()))) {
      throw damaged(place, "was altered: its digest does not fit", null);
    }
    manifest.requireBelow(place);
    return manifest;
  }

  private void requireBelow(String place) {
    if (directory != null && !isBelow(directory)) {
      throw damaged(place, "names the directory " + directory, null);
    }
    for (Stored object : objects) {
      if (!isBelow(object.path()) || !isBelow(object.key())) {
        throw damaged(place, "names an object outside of its location: " + object, null);
      }
    }
  }

  /** True for a path whose parts are plain names, none of which climbs. */
  private static boolean isBelow(String path) {
    for (String part : path.split("/", -1)) {
      if (!PLAIN.matcher(part).matches() || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return true;
  }

  private static BackupException damaged(String place, String what, Exception cause) {
    return new BackupException(
        Reason.BackupDamaged, place + " " + what + "; nothing was changed", cause);
  }
}
