package dev.tidemark.backup.store;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * How many requests are under way at once: half as many whenever the store says that it is too
 * much, one more after as many successes as are under way (additive increase, multiplicative
 * decrease, as TCP does it).
 */
final class Throttle {
  private static final int TRIES = 8;
  private static final long FIRST_PAUSE_MILLIS = 100;

  private final int most;
  private final Predicate<Throwable> tooMuch;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int limit;
  private int underWay;
  private int successes;

  /**
   * Begins with {@code first} at once.
   *
   * @param tooMuch tells the failures that ask for patience
   */
  Throttle(int first, int most, Predicate<Throwable> tooMuch) {
    this.limit = first;
    this.most = most;
    this.tooMuch = tooMuch;
  }

  /** Makes a request when its turn comes; again, later, when the store asks for patience. */
  <T> CompletableFuture<T> run(Supplier<CompletableFuture<T>> request) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    submit(() -> attempt(request, answer, 1));
    return answer;
  }

  private <T> void attempt(
      Supplier<CompletableFuture<T>> request, CompletableFuture<T> answer, int attempt) {
    CompletableFuture<T> under;
    try {
      under = request.get();
    } catch (RuntimeException e) {
      under = CompletableFuture.failedFuture(e);
    }
    var unused =
        under.whenComplete(
            (value, failure) -> {
              if (failure == null) {
                done(true);
                answer.complete(value);
              } else if (tooMuch.test(cause(failure)) && attempt < TRIES) {
                halve();
                CompletableFuture.delayedExecutor(
                        FIRST_PAUSE_MILLIS << (attempt - 1), TimeUnit.MILLISECONDS)
                    .execute(() -> submit(() -> attempt(request, answer, attempt + 1)));
              } else {
                done(false);
                answer.completeExceptionally(cause(failure));
              }
            });
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private void submit(Runnable request) {
    synchronized (this) {
      waiting.add(request);
    }
    begin();
  }

  private void begin() {
    while (true) {
      Runnable request;
      synchronized (this) {
        if (underWay >= limit || waiting.isEmpty()) {
          return;
        }
        request = waiting.remove();
        underWay++;
      }
      request.run();
    }
  }

  private void done(boolean success) {
    synchronized (this) {
      underWay--;
      if (success && ++successes >= limit && limit < most) {
        successes = 0;
        limit++;
      }
    }
    begin();
  }

  private void halve() {
    synchronized (this) {
      underWay--;
      limit = Math.max(1, limit / 2);
      successes = 0;
    }
    begin();
  }

  /** How many may be under way now. */
  synchronized int limit() {
    return limit;
  }
}
