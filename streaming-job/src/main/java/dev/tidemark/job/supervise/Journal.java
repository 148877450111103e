package dev.tidemark.job.supervise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM's side of what it shares with its supervisor ({@code src/main/docker/bin/entrypoint}): a
 * heartbeat, the mark of a first commit, the wish to stop, and how the JVM before this one ended.
 */
public final class Journal {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final long LOOK_MILLIS = 100;
  private static final int LOOKS_PER_BEAT = 10;

  private final Path dir;

  /** The journal of this pod; without a supervisor (a test) the directory may be missing. */
  public Journal(Path dir) {
    this.dir = dir;
  }

  /** The journal at {@code TIDEMARK_JOURNAL}, else at the place all pods have. */
  public static Journal mounted() {
    String override = System.getenv("TIDEMARK_JOURNAL");
    return new Journal(Path.of(override == null ? "/var/run/tidemark" : override));
  }

  /** How the JVM before this one ended. */
  public record LastEnd(String reason, Instant at) {}

  /** What the supervisor says of the JVM before this one; empty for the first of a pod. */
  public static Optional<LastEnd> lastEnd() {
    String reason = System.getenv("TIDEMARK_LAST_REASON");
    String at = System.getenv("TIDEMARK_LAST_ENDED_AT");
    if (reason == null || at == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(new LastEnd(reason, Instant.parse(at)));
    } catch (DateTimeParseException e) {
      LOG.warn("TIDEMARK_LAST_ENDED_AT is '{}', which is no instant", at);
      return Optional.empty();
    }
  }

  /** How often a JVM was started in this pod before this one. */
  public static int restartsInPod() {
    String launch = System.getenv("TIDEMARK_LAUNCH");
    return launch == null ? 0 : Math.max(0, Integer.parseInt(launch) - 1);
  }

  /**
   * Shows life from now on, and calls {@code onStop} once when the supervisor passes on a wish to
   * stop.
   */
  public void attend(Runnable onStop) {
    Thread thread =
        new Thread(
            () -> {
              boolean told = false;
              for (int look = 0; ; look++) {
                if (look % LOOKS_PER_BEAT == 0) {
                  beat();
                }
                if (!told && Files.exists(dir.resolve("stop"))) {
                  told = true;
                  onStop.run();
                }
                if (!pause()) {
                  return;
                }
              }
            },
            "heartbeat");
    thread.setDaemon(true);
    thread.start();
  }

  private static boolean pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void beat() {
    touch("heartbeat");
  }

  /** This JVM has committed: its end, when it comes, is not counted as fruitless. */
  public void committed() {
    touch("committed");
  }

  /** The last epoch a JVM of this pod has taken; empty when there was none. */
  public OptionalLong lastEpoch() {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(dir.resolve("epoch")).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Remembers an epoch for the next JVM of this pod, which can then guess its own. */
  public void epoch(long epoch) {
    if (Files.isDirectory(dir)) {
      try {
        Files.writeString(dir.resolve("epoch"), Long.toString(epoch));
      } catch (IOException e) {
        LOG.warn("cannot remember epoch {}: {}", epoch, e.toString());
      }
    }
  }

  private void touch(String name) {
    if (!Files.isDirectory(dir)) {
      return;
    }
    Path file = dir.resolve(name);
    try {
      if (Files.exists(file)) {
        Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
      } else {
        Files.createFile(file);
      }
    } catch (IOException e) {
      LOG.warn("cannot touch {}: {}", file, e.toString());
    }
  }
}
