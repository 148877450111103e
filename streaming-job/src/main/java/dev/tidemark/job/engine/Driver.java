package dev.tidemark.job.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.TerminationMessage;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The driver of one JVM: run after run until it is told to stop, must stop, or has failed too
 * often. A dependency that is away is waited for here, in this JVM; it counts as no failure.
 */
public final class Driver {
  private static final Logger LOG = LoggerFactory.getLogger(Driver.class);

  /** Exit codes of the JVM to its supervisor ({@code contract/README.md}). */
  public static final int STOPPED = 0;

  public static final int MUST_STOP = 64;
  public static final int FAILED = 70;

  private static final long FIRST_WAIT_MILLIS = 250;
  private static final long LONGEST_WAIT_MILLIS = 5_000;
  private static final long LOOK_MILLIS = 200;

  private final Settings settings;
  private final Progress progress;
  private final Runs runs;
  private final StopRequest stop;
  private final Ladder ladder = new Ladder(Clock.systemUTC());

  Driver(Settings settings, Progress progress, Runs runs, StopRequest stop) {
    this.settings = settings;
    this.progress = progress;
    this.runs = runs;
    this.stop = stop;
  }

  /** Runs until the end; the message has been left when this returns the JVM's exit code. */
  public int run() throws InterruptedException {
    long wait = FIRST_WAIT_MILLIS;
    Reason waitingFor = null;
    while (true) {
      Optional<Trouble> ended = runs.once(ladder.recent() > 1);
      if (ended.isEmpty()) {
        continue;
      }
      Trouble end = ended.get();
      switch (end.reason().kind()) {
        case END -> {
          return leave(end, STOPPED);
        }
        case STOP -> {
          return leave(end, MUST_STOP);
        }
        case WAIT -> {
          if (waitingFor != end.reason()) {
            LOG.warn("{}: {}; waiting", end.reason(), end.getMessage(), end);
            wait = FIRST_WAIT_MILLIS;
          }
          waitingFor = runs.opened() ? null : end.reason();
          progress.waiting(end);
          if (stopAsked(wait, end)) {
            return leave(stop.end("no batch was in hand"), STOPPED);
          }
          wait = Math.min(LONGEST_WAIT_MILLIS, wait * 2);
        }
        case FAILURE -> {
          LOG.error("{}: {}", end.reason(), end.getMessage(), end);
          waitingFor = null;
          if (!runs.repeatable() || !ladder.mayTryAgain()) {
            return leave(end, FAILED);
          }
          progress.failed(end);
        }
      }
    }
  }

  /**
   * Waits before the next run, which is tried at once when a sink that was seen to be away is back.
   *
   * @return true when this driver is to stop
   */
  private boolean stopAsked(long millis, Trouble waitingFor) throws InterruptedException {
    long end = System.nanoTime() + MILLISECONDS.toNanos(millis);
    boolean away = waitingFor.reason() == Reason.SinkUnavailable && !runs.sinkAnswers();
    long left = end - System.nanoTime();
    while (left > 0) {
      if (stop.await(Math.min(LOOK_MILLIS, NANOSECONDS.toMillis(left) + 1))) {
        return true;
      }
      if (away && runs.sinkAnswers()) {
        return false;
      }
      left = end - System.nanoTime();
    }
    return false;
  }

  private int leave(Trouble end, int code) {
    progress.ending(end);
    TerminationMessage message = progress.message(end);
    LOG.info("{}: {}", end.reason(), end.getMessage());
    message.leave();
    return code;
  }

  Settings settings() {
    return settings;
  }
}
