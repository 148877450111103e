package dev.tidemark.backup.store;

import dev.tidemark.backup.rows.Rows;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What backups need of a bucket: strongly consistent reads and lists, conditional writes. Methods
 * throw {@link dev.tidemark.backup.BackupException} when the store does not do as it should.
 */
public interface ObjectStore extends AutoCloseable {

  /** An object as a listing shows it; {@code modified} is the store's own clock. */
  record Listed(String key, long bytes, String etag, Instant modified) {
    /** For lists of many; times to the millisecond, as S3 tells them. */
    public static final Rows.Format<Listed> ROWS =
        new Rows.Format<>() {
          @Override
          public String[] texts(Listed entry) {
            return new String[] {
              entry.key(),
              String.valueOf(entry.bytes()),
              entry.etag(),
              entry.modified() == null ? null : String.valueOf(entry.modified().toEpochMilli())
            };
          }

          @Override
          public Listed entry(String[] texts) {
            return new Listed(
                texts[0],
                Long.parseLong(texts[1]),
                texts[2],
                texts[3] == null ? null : Instant.ofEpochMilli(Long.parseLong(texts[3])));
          }
        };

    /** The last part of its key. */
    public String name() {
      return key.substring(key.lastIndexOf('/') + 1);
    }
  }

  /** A small object and the ETag it was read with. */
  final class Content {
    private final byte[] bytes;
    private final String etag;

    /** Keeps the bytes as they are: nobody changes them. */
    public Content(byte[] bytes, String etag) {
      this.bytes = bytes;
      this.etag = etag;
    }

    /** What it holds; not to be changed. */
    public byte[] bytes() {
      return bytes;
    }

    /** As the store names this content. */
    public String etag() {
      return etag;
    }
  }

  /**
   * What a copy has become.
   *
   * @param sha256 of its content in base64; null when the store does not tell
   */
  record Copied(String etag, String sha256) {}

  /** An object was not, or no longer, as a conditional request wanted it. */
  final class Changed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Names the object. */
    public Changed(String key, Throwable cause) {
      super(key + " has changed", cause);
    }
  }

  /** All objects whose keys begin so, in the order of their keys. */
  List<Listed> list(String prefix);

  /** A small object, whole. */
  Optional<Content> read(String key);

  /** Writes an object, whether or not there is one. */
  void put(String key, byte[] bytes);

  /**
   * Writes an object that must not be there yet.
   *
   * @return its ETag
   * @throws Changed when it is there
   */
  String create(String key, byte[] bytes);

  /**
   * The same, with the content of a file.
   *
   * @throws Changed when it is there
   */
  String create(String key, Path file);

  /** Writes an object's content to a file; false when there is no such object. */
  boolean fetch(String key, Path file);

  /**
   * Replaces an object.
   *
   * @return its new ETag
   * @throws Changed when it is not the one with that ETag
   */
  String replace(String key, byte[] bytes, String etag);

  /** Removes objects; those that are not there are no error. */
  void delete(Collection<String> keys);

  /**
   * Copies an object of another bucket, or of this one, to {@code key}.
   *
   * @return fails with {@link Changed} when the source is not, or no longer, what was listed
   */
  CompletableFuture<Copied> copy(ObjectStore from, Listed source, String key);

  /**
   * Sums of an object's content.
   *
   * @param sha256 in base64, as S3 has it
   * @param md5 in hex, as it is in the ETag of an object written in one piece without a key of KMS
   */
  record Sums(String sha256, String md5) {}

  /** Reads an object's content in pieces, each of which {@code receiver} hears of in turn. */
  CompletableFuture<Sums> stream(Listed object, Consumer<byte[]> receiver);

  @Override
  void close();
}
