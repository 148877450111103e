package dev.tidemark.backup.repository;

import java.time.Instant;
import java.util.List;

/**
 * What a look at a backup has found.
 *
 * @param level how closely it was looked at
 * @param faults one sentence each; none: the backup is good as far as that level can tell
 */
public record Verification(String backup, Level level, Instant at, List<String> faults) {

  /** How closely to look; each includes the ones before. */
  public enum Level {
    /** All objects are there, with their sizes and ETags. */
    Presence,
    /** And hold what was copied. */
    Checksum
  }

  /** True when nothing is wrong. */
  public boolean good() {
    return faults.isEmpty();
  }
}
