package dev.tidemark.job.owner;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path in the store of a job, that of its checkpoint or another, as bucket and prefix.
 *
 * @param prefix without slashes at its ends; empty for the whole bucket
 */
public record CheckpointPath(String bucket, String prefix) {

  private static final Pattern URI =
      Pattern.compile("s3a?://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?");
  private static final String RECORD = "_tidemark/job.json";

  /** Reads {@code checkpoint.path} of the settings. */
  public static CheckpointPath parse(String text) {
    return parse("checkpoint.path", text);
  }

  /**
   * Reads another path in the job's store.
   *
   * @param field of the spec that holds it
   */
  public static CheckpointPath parse(String field, String text) {
    Matcher matcher = URI.matcher(text);
    String prefix = matcher.matches() ? trimmed(matcher.group(2)) : "";
    boolean odd =
        List.of(prefix.split("/", -1)).stream()
            .anyMatch(part -> part.equals(".") || part.equals(".."));
    if (!matcher.matches() || prefix.contains("//") || odd) {
      throw new Trouble(
          Reason.InvalidSettings,
          field
              + " '"
              + text
              + "' is not understood; write s3a://bucket/path without empty parts, . or ..");
    }
    return new CheckpointPath(matcher.group(1), prefix);
  }

  private static String trimmed(String path) {
    String trimmed = path == null ? "" : path;
    while (trimmed.startsWith("/")) {
      trimmed = trimmed.substring(1);
    }
    while (trimmed.endsWith("/")) {
      trimmed = trimmed.substring(0, trimmed.length() - 1);
    }
    return trimmed;
  }

  /** The key of a path's owner record. */
  public String record() {
    return below(RECORD);
  }

  /** A key, or a prefix, under this path. */
  public String below(String rest) {
    return prefix.isEmpty() ? rest : prefix + "/" + rest;
  }

  /** The paths this one lies in, the bucket itself included, nearest first. */
  public List<CheckpointPath> parents() {
    List<CheckpointPath> parents = new ArrayList<>();
    String now = prefix;
    while (!now.isEmpty()) {
      int slash = now.lastIndexOf('/');
      now = slash < 0 ? "" : now.substring(0, slash);
      parents.add(new CheckpointPath(bucket, now));
    }
    return parents;
  }

  /** The path of the owner record with that key, or null when the key is none. */
  CheckpointPath ofRecord(String key) {
    if (key.equals(RECORD)) {
      return new CheckpointPath(bucket, "");
    }
    return key.endsWith("/" + RECORD)
        ? new CheckpointPath(bucket, key.substring(0, key.length() - RECORD.length() - 1))
        : null;
  }

  @Override
  public String toString() {
    return "s3a://" + bucket + (prefix.isEmpty() ? "" : "/" + prefix);
  }
}
