package dev.tidemark.backup.repository;

import dev.tidemark.backup.BackupException;
import dev.tidemark.backup.BackupException.Reason;
import dev.tidemark.backup.checkpoint.Snapshot;
import dev.tidemark.backup.store.ObjectStore.Listed;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.Function;

/** Where the objects of a backup go, by keys relative to the repository. */
final class Places {
  private Places() {}

  /** A full backup is laid out so that any tool that copies a prefix can put it back. */
  static Function<Listed, String> full(Snapshot snapshot, String name, Set<String> condemned) {
    String folder = Repository.FULL + name + "/";
    if (condemned.stream().anyMatch(key -> key.startsWith(folder))) {
      throw new BackupException(
          Reason.BackupExists,
          "what is left of an earlier backup " + name + " is being deleted; choose another name");
    }
    return object -> folder + snapshot.directory() + "/" + snapshot.path(object);
  }

  /** What a sweep may delete any moment is not built upon. */
  static Function<Listed, String> shared(String name, Set<String> condemned) {
    return object -> {
      String key = Repository.OBJECTS + id(object);
      return condemned.contains(key) ? key + "-" + name : key;
    };
  }

  /**
   * Identity of an object: never its path alone, since somebody may have written it again. What has
   * the same path, content and size is the same.
   */
  private static String id(Listed object) {
    try {
      String identity = object.key() + "\n" + object.etag() + "\n" + object.bytes();
      byte[] sum =
          MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
      String hex = HexFormat.of().formatHex(sum);
      return hex.substring(0, 2) + "/" + hex;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
