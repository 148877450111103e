package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.source.Offsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The batches of one run, whichever engine decides on them: one epoch, one gate, one latch.
 *
 * <p>The gate keeps every output waiting until recovery has finished: Spark would otherwise write
 * checkpoints of half-recovered batches, and a crash then loses ranges. The latch lets no batch
 * commit after the first failure: Spark would otherwise forget the range of the failed batch.
 */
public final class Run {
  private static final AtomicReference<Run> CURRENT = new AtomicReference<>();

  private final Settings settings;
  private final Offsets offsets;
  private final JavaSparkContext spark;
  private final Timeline timeline;
  private final Output output;
  private final BatchListener listener;
  private final Patience patience;
  private final Map<Partition, Long> committed;
  private volatile long lastCompleted = System.nanoTime();
  private volatile boolean opened;
  private boolean committedOnce;
  private final CountDownLatch gate = new CountDownLatch(1);
  private final CountDownLatch over = new CountDownLatch(1);
  private final AtomicReference<Throwable> latch = new AtomicReference<>();
  private final ReentrantLock inHand = new ReentrantLock();

  public Run(
      Prepared prepared,
      JavaSparkContext spark,
      Output output,
      BatchListener listener,
      Patience patience,
      Timeline timeline) {
    this.timeline = timeline;
    this.output = output;
    this.settings = prepared.settings();
    this.offsets = prepared.offsets();
    this.spark = spark;
    this.listener = listener;
    this.patience = patience;
    this.committed = new ConcurrentHashMap<>(prepared.reading());
  }

  /** The run that is being made or is running. */
  public static Run current() {
    Run run = CURRENT.get();
    if (run == null) {
      throw new IllegalStateException("no run: a graph is being used outside of a driver");
    }
    return run;
  }

  /** Makes this the current run. */
  public void enter() {
    CURRENT.set(this);
  }

  public Settings settings() {
    return settings;
  }

  public Offsets offsets() {
    return offsets;
  }

  /** The run's output, as what it is. */
  public <T extends Output> T output(Class<T> kind) {
    return kind.cast(output);
  }

  /** Executors registered with the driver, which itself is not one. */
  int liveExecutors() {
    return settings.local() ? 0 : spark.sc().getExecutorMemoryStatus().size() - 1;
  }

  /** Per partition the first offset not yet committed, as far as this run knows. */
  public Map<Partition, Long> committed() {
    return Map.copyOf(committed);
  }

  /** Lets outputs begin: recovery has finished. */
  public void open() {
    lastCompleted = System.nanoTime();
    opened = true;
    gate.countDown();
  }

  /** True when outputs were ever allowed to begin. */
  boolean wasOpened() {
    return opened;
  }

  boolean isOpen() {
    return gate.getCount() == 0 && latch.get() == null;
  }

  /** Nothing may commit from now on; the first failure is the one that counts. */
  public void trip(Throwable failure) {
    latch.compareAndSet(null, failure);
    over.countDown();
    gate.countDown();
  }

  /** Waits for the first failure; null when none came in time. */
  public Throwable awaitFailure(long millis) throws InterruptedException {
    return over.await(millis, TimeUnit.MILLISECONDS) ? latch.get() : null;
  }

  /**
   * Lets no further batch begin, and waits until the one in hand, if any, has ended one way or the
   * other.
   */
  boolean finish(Throwable why, long millis) throws InterruptedException {
    trip(why);
    if (inHand.tryLock(millis, TimeUnit.MILLISECONDS)) {
      inHand.unlock();
      return true;
    }
    return false;
  }

  /** After {@link #finish}, when the end is no failure. */
  void stopped() {
    output.stopped();
  }

  /**
   * A batch: writes what lies after the ledger, or does nothing when all of it was committed
   * before.
   *
   * @param ranges of all partitions; asked for when it is the batch's turn
   */
  public void batch(long time, Supplier<List<PartitionRange>> ranges) {
    batch(time, ranges, output);
  }

  /** The same by an output of its own. */
  public void batch(long time, Supplier<List<PartitionRange>> ranges, Output by) {
    inTurn(() -> write(time, ranges.get(), by));
  }

  /** There was nothing to do: a sign of life of a stream that has no empty batches. */
  public void quiet() {
    lastCompleted = System.nanoTime();
    listener.completed(new BatchListener.Batch(System.currentTimeMillis(), 0, 0, 0, false));
  }

  private void inTurn(Runnable batch) {
    await(gate);
    inHand.lock();
    try {
      Throwable earlier = latch.get();
      if (earlier != null) {
        throw new Trouble(
            Reason.BatchFailed, "not run: an earlier batch failed, or the run is ending", earlier);
      }
      batch.run();
    } catch (Throwable e) {
      trip(e);
      throw e;
    } finally {
      inHand.unlock();
    }
  }

  private void write(long time, List<PartitionRange> all, Output by) {
    long begun = System.nanoTime();
    Output.Outcome done = patience.with(() -> by.write(time, all, committed()), over);
    all.forEach(range -> committed.merge(range.partition(), range.until(), Math::max));
    if (!committedOnce && done.moved()) {
      committedOnce = true;
      timeline.done("first commit");
      timeline.log();
    }
    lastCompleted = System.nanoTime();
    boolean empty = all.stream().allMatch(range -> range.from() == range.until());
    if (empty || done.moved()) { // else it was replayed: all of it was committed before
      listener.completed(
          new BatchListener.Batch(
              time,
              done.records(),
              done.rows(),
              (lastCompleted - begun) / 1_000_000,
              done.moved()));
    }
  }

  /** Since the last batch completed, or since the gate was opened. */
  long idleMillis() {
    return (System.nanoTime() - lastCompleted) / 1_000_000;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble(Reason.Stopped, "stopped while waiting for the recovery to finish", e);
    }
  }
}
