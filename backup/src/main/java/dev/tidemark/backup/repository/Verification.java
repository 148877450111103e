package dev.tidemark.backup.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;

/**
 * What a look at a backup has found.
 *
 * @param level how closely it was looked at
 * @param faults one sentence each; none: the backup is good as far as that level can tell
 * @param drill what the job's own image has read; null when it was not asked
 */
public record Verification(
    String backup, Level level, Instant at, List<String> faults, Drill drill) {

  /** How closely to look; each includes the ones before. */
  public enum Level {
    /** All objects are there, with their sizes and ETags. */
    Presence,
    /** And hold what was copied. */
    Checksum,
    /** And the job's own image has read them as a run would that begins with them. */
    RestoreDrill
  }

  /**
   * What {@code entrypoint drill} of an image of jobs has found; {@code contract/backup/drill.json}
   * is an example.
   *
   * @param fault why no run could begin with the checkpoint; null when one could
   * @param keys that were read
   * @param results that were computed of them
   * @param offsets where the topic is to be read from
   * @param spark version of Spark that has read it
   */
  @JsonInclude(Include.NON_NULL)
  public record Drill(String fault, long keys, long results, JsonNode offsets, String spark) {}

  /** True when nothing is wrong. */
  public boolean good() {
    return faults.isEmpty();
  }
}
