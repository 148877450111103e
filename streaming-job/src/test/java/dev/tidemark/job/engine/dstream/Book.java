package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.sink.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What was written, in memory; as {@link RowSinks} it keeps a ledger as a database would. */
final class Book implements RowSinks {
  private static final long serialVersionUID = 1L;

  private static final List<long[]> RANGES = new ArrayList<>();
  private static long until;
  private static int calls;

  /** The call that fails, counted from 1; 0 for none. */
  static volatile int failingCall;

  /** True while the process that writes is dead in the story, though its threads are not. */
  static volatile boolean dead;

  /** How long a batch takes. */
  static volatile long millis;

  static synchronized void empty() {
    RANGES.clear();
    until = 0;
    calls = 0;
    failingCall = 0;
    millis = 0;
    dead = false;
  }

  /** One stock output. */
  static void note(long from, long to) {
    pause();
    synchronized (Book.class) {
      if (++calls == failingCall) {
        throw new IllegalStateException("injected");
      }
      if (!dead) {
        RANGES.add(new long[] {from, to});
      }
    }
  }

  static synchronized int size() {
    return RANGES.size();
  }

  static synchronized long until() {
    return until;
  }

  /** Ranges that nobody wrote though later ones were written. */
  static synchronized List<String> gaps() {
    TreeMap<Long, Long> covered = new TreeMap<>();
    RANGES.forEach(r -> covered.merge(r[0], r[1], Math::max));
    List<String> gaps = new ArrayList<>();
    long at = 0;
    for (var range : covered.entrySet()) {
      if (range.getKey() > at) {
        gaps.add("[" + at + ", " + range.getKey() + ")");
      }
      at = Math.max(at, range.getValue());
    }
    return gaps;
  }

  /** True when no offset was written twice. */
  static synchronized boolean isSingle() {
    return RANGES.stream().mapToLong(r -> r[1] - r[0]).sum() == until;
  }

  @Override
  public RowSink of(Settings settings, String jobId, long epoch) {
    return (range, records, malformed) -> write(range);
  }

  private static Written write(PartitionRange range) {
    pause();
    synchronized (Book.class) {
      if (++calls == failingCall) {
        throw new IllegalStateException("injected");
      }
      if (range.from() > until) {
        throw new Trouble(Reason.OffsetGap, range + " begins after " + until);
      }
      if (range.until() <= until) {
        return new Written(0, 0, true);
      }
      RANGES.add(new long[] {until, range.until()});
      long records = range.until() - until;
      until = range.until();
      return new Written(records, records, false);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
