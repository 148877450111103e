package dev.tidemark.backup.cli;

import dev.tidemark.backup.repository.Progress;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;

/**
 * Says how far something has come, in a log: a line every few seconds, none for what is done before
 * the first is due. Programs read them too; {@code contract/backup/progress.log} holds an example.
 */
final class ProgressLines implements Progress {
  static final Duration RHYTHM = Duration.ofSeconds(5);

  private final String task;
  private final PrintWriter log;
  private final InstantSource clock;
  private long allObjects;
  private long allBytes;
  private long objects;
  private long bytes;
  private Instant next;

  ProgressLines(String task, PrintWriter log, InstantSource clock) {
    this.task = task;
    this.log = log;
    this.clock = clock;
  }

  @Override
  public synchronized void expect(long allObjects, long allBytes) {
    this.allObjects = allObjects;
    this.allBytes = allBytes;
    objects = 0;
    bytes = 0;
    next = clock.instant().plus(RHYTHM);
  }

  @Override
  public synchronized void done(long more) {
    objects++;
    bytes += more;
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      return;
    }
    next = now.plus(RHYTHM);
    log.println(
        String.format(
            Locale.ROOT,
            "%s: %d of %d objects, %d of %d bytes",
            task,
            objects,
            allObjects,
            bytes,
            allBytes));
    log.flush();
  }
}
