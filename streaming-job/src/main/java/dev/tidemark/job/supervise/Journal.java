package dev.tidemark.job.supervise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JVM's side of what it shares with its supervisor ({@code src/main/docker/bin/entrypoint}): a
 * heartbeat, the mark of a first commit, and the wish to stop. {@link Launch} is what it is told.
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
                if (!told && stopAsked()) {
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

  /** This JVM has rehearsed, and waits for its turn. */
  public void standingBy() {
    touch("standing-by");
  }

  /** This pod waited for its turn and has it now: no JVM of it waits again. */
  public void turn() {
    touch("turn");
  }

  /** True once {@link #turn} was called in this pod. */
  public boolean hadTurn() {
    return Files.exists(dir.resolve("turn"));
  }

  /** True once the supervisor has passed on a wish to stop. */
  public boolean stopAsked() {
    return Files.exists(dir.resolve("stop"));
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
