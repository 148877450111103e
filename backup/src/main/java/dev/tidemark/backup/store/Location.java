package dev.tidemark.backup.store;

import dev.tidemark.backup.BackupException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a bucket.
 *
 * @param prefix without slashes at its ends; empty for the whole bucket
 */
public record Location(String bucket, String prefix) {
  private static final Pattern URI =
      Pattern.compile("s3a?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*?))?/*");

  /**
   * Reads {@code s3a://bucket/path}; {@code s3://} is the same.
   *
   * @throws BackupException {@code InvalidLocation}
   */
  public static Location parse(String text) {
    Matcher matcher = URI.matcher(text);
    String prefix = matcher.matches() && matcher.group(2) != null ? matcher.group(2) : "";
    boolean odd =
        !prefix.isEmpty()
            && Arrays.stream(prefix.split("/", -1))
                .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
    if (!matcher.matches() || odd) {
      throw new BackupException(
          BackupException.Reason.InvalidLocation,
          "'"
              + text
              + "' is not understood; write s3a://bucket/path, with a bucket of 3 to 63 small letters,"
              + " digits, dots and dashes, and a path without empty parts, . or ..");
    }
    return new Location(matcher.group(1), prefix);
  }

  /** The key of something below this place. */
  public String key(String relative) {
    return prefix.isEmpty() ? relative : prefix + "/" + relative;
  }

  /** True when one is the other or lies inside it. */
  public boolean overlaps(Location other) {
    return bucket.equals(other.bucket) && (holds(other) || other.holds(this));
  }

  private boolean holds(Location other) {
    return prefix.isEmpty() || other.prefix.equals(prefix) || other.prefix.startsWith(prefix + "/");
  }

  @Override
  public String toString() {
    return "s3a://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }
}
