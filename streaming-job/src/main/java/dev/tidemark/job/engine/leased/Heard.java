package dev.tidemark.job.engine.leased;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** What Spark tells of the program's streams. One for the JVM, since Spark makes the listeners. */
final class Heard {
  static final Heard IN_JVM = new Heard();

  private final Map<String, Long> active = new ConcurrentHashMap<>();
  private volatile long lastNanos = System.nanoTime();
  private volatile Consumer<Batch> batches = batch -> {};

  Heard() {}

  /**
   * A completed batch, or the finding that there is none to make.
   *
   * @param time that it bears, in milliseconds since 1970
   * @param records that it read
   * @param millis that it took
   */
  record Batch(long time, long records, long millis) {
    /** That there is nothing to do now. */
    static Batch none() {
      return new Batch(System.currentTimeMillis(), 0, 0);
    }
  }

  /** From now on whoever listens hears of completed batches. */
  void listen(Consumer<Batch> listener) {
    batches = listener;
    lastNanos = System.nanoTime();
  }

  /** A stream has begun. */
  void began(String stream) {
    active.put(stream, System.nanoTime());
  }

  /** A stream has completed a batch, or has looked and there was nothing to do. */
  void completed(String stream, Batch batch) {
    lastNanos = System.nanoTime();
    active.put(stream, lastNanos);
    batches.accept(batch);
  }

  /** A stream has ended. */
  void ended(String stream) {
    active.remove(stream);
  }

  /** True while some stream has begun and not ended. */
  boolean streaming() {
    return !active.isEmpty();
  }

  /** For how long some stream, or the program before its first one, has been silent. */
  long silentMillis() {
    long since = active.values().stream().mapToLong(Long::longValue).min().orElse(lastNanos);
    return (System.nanoTime() - since) / 1_000_000;
  }
}
