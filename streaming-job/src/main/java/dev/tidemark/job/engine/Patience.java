package dev.tidemark.job.engine;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Patience with a sink that is away for a moment: the batch in hand is written again as soon as the
 * sink answers, where a new run would have to ask everybody everything and to make a new context.
 * Writing a batch again is harmless: the ledger tells what of it was committed.
 */
public final class Patience {
  /** For so long later batches may pile up behind the one in hand. */
  public static final Duration MOMENT = Duration.ofSeconds(20);

  private static final long LOOK_MILLIS = 200;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final Settings settings;
  private final BooleanSupplier answers;
  private final Consumer<Trouble> waiting;
  private final Duration moment;

  /**
   * Patience for one run.
   *
   * @param answers asks the sink for a sign of life
   * @param waiting hears of the trouble that is waited out
   * @param moment how long it lasts for one batch
   */
  public Patience(
      Settings settings, BooleanSupplier answers, Consumer<Trouble> waiting, Duration moment) {
    this.settings = settings;
    this.answers = answers;
    this.waiting = waiting;
    this.moment = moment;
  }

  /**
   * What the batch gives.
   *
   * @param over counted down when the run is to end
   * @throws Trouble the first one, when the sink did not come back in time, or came back as another
   *     than it was: what that means is for the next run to find out
   */
  <T> T with(Supplier<T> batch, CountDownLatch over) {
    Trouble first = null;
    long end = 0;
    long pause = LOOK_MILLIS;
    while (true) {
      try {
        return batch.get();
      } catch (Throwable e) { // Spark throws checked exceptions that nobody declares
        Trouble trouble = Failures.of(e, settings, Reason.BatchFailed);
        boolean away = trouble.reason() == Reason.SinkUnavailable;
        if (first == null && !away) {
          throw e;
        }
        if (first == null) {
          first = trouble;
          end = System.nanoTime() + moment.toNanos();
          waiting.accept(trouble);
        }
        if (!away || System.nanoTime() >= end || !isBack(pause, end, over)) {
          throw first;
        }
        pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
      }
    }
  }

  /** Waits until the sink answers; false when time or run end before. */
  private boolean isBack(long pause, long end, CountDownLatch over) {
    long next = pause;
    try {
      do {
        if (over.await(next, MILLISECONDS)) {
          return false;
        }
        if (answers.getAsBoolean()) {
          return true;
        }
        next = LOOK_MILLIS;
      } while (System.nanoTime() < end);
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
