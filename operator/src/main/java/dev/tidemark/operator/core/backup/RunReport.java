package dev.tidemark.operator.core.backup;

import java.time.Instant;
import java.util.List;

/**
 * What a run of {@code tidemark-backup} has told at its end; {@code contract/backup} holds examples
 * that its tests and ours read.
 *
 * @param reason {@link #COMPLETED}, or why not
 * @param message the same as a sentence
 * @param backup what was made, looked at or put back; null when nothing was
 * @param verification the look at it; null without one
 * @param forgotten backups that retention did not keep; null where it was not asked
 * @param restored what a restore has done; null for other runs
 */
public record RunReport(
    String reason,
    String message,
    Backup backup,
    Looked verification,
    List<String> forgotten,
    Restored restored) {
  /** The reason of a run that did what it was asked for. */
  public static final String COMPLETED = "Completed";

  /** A backup; what was copied is null where nothing was to be copied. */
  public record Backup(
      String name,
      String path,
      Instant createdAt,
      long objects,
      long bytes,
      Long copiedObjects,
      Long copiedBytes,
      int revision,
      long epoch,
      long batch,
      long keys,
      String digest) {}

  /** A look at a backup. */
  public record Looked(String level, Instant at, boolean good) {}

  /** A restore; the safety backup is null when there was nothing to be saved. */
  public record Restored(long epoch, boolean already, String safetyBackup) {}

  /** True when it did what it was asked for. */
  public boolean completed() {
    return COMPLETED.equals(reason);
  }

  /** How a run ended that has told nothing. */
  public static RunReport silent(String reason, String message) {
    return new RunReport(reason, message, null, null, null, null);
  }
}
