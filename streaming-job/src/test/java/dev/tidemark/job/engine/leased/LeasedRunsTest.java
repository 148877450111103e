package dev.tidemark.job.engine.leased;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.engine.StopRequest;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Totals;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.supervise.Journal;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of all kinds, each called as in a driver. */
class LeasedRunsTest {
  @TempDir Path dir;
  private long deadline = 60_000;
  private OwnerRecord record;
  private final StopRequest stop = new StopRequest();

  /** Ends at once. */
  public static final class Returns {
    private Returns() {}

    public static void main(String[] args) {
      assertThat(args[0]).endsWith("/r000001/p0000000001/one").isEqualTo(args[1] + "/one");
      assertThat(System.getProperty("tidemark.checkpoint")).isEqualTo(args[1]);
    }
  }

  /** Starts nothing. */
  public static final class Waits {
    private Waits() {}

    public static void main(String[] args) throws InterruptedException {
      Thread.currentThread().join();
    }
  }

  /** Was built against something else. */
  public static final class Unfit {
    private Unfit() {}

    public static void main(String[] args) {
      if (args.length > 0) {
        throw new IllegalStateException(new NoSuchMethodError("org.apache.spark.Gone.gone()"));
      }
    }
  }

  /** Streams, by what it finds as system properties. */
  public static final class Streams {
    private Streams() {}

    public static void main(String[] args) throws Exception {
      SparkSession spark = SparkSession.builder().getOrCreate();
      spark
          .readStream()
          .format("rate")
          .load()
          .writeStream()
          .format("noop")
          .option("checkpointLocation", args[1] + "/query")
          .trigger(Trigger.ProcessingTime(100))
          .start()
          .awaitTermination();
    }
  }

  /** An owner record that nobody else writes. */
  private final class Alone implements Ownership {
    @Override
    public Optional<OwnerRecord> read() {
      return Optional.ofNullable(record);
    }

    @Override
    public Optional<OwnerRecord> check(Settings settings) {
      return read();
    }

    @Override
    public void adopt(String jobId, int revision) {
      throw new UnsupportedOperationException();
    }

    @Override
    public OwnerRecord takeEpoch(Settings settings, long atLeast) {
      long epoch = record == null ? 1 : record.lastEpoch() + 1;
      record = LeasedJob.owner(1, epoch, 0, record == null ? 0 : record.stateRevision(), null);
      return record;
    }

    @Override
    public void requireLedger(boolean present, String sink) {
      throw new UnsupportedOperationException();
    }

    @Override
    public OwnerRecord ledgerOpened() {
      throw new UnsupportedOperationException();
    }

    @Override
    public OwnerRecord stateBegun(int revision) {
      record = LeasedJob.owner(1, record.lastEpoch(), 0, revision, null);
      return record;
    }

    @Override
    public boolean putBack() {
      return false;
    }
  }

  private LeasedRuns runs(Class<?> program) {
    Settings settings =
        LeasedJob.settings(
            dir,
            program.getName(),
            List.of("$(TIDEMARK_CHECKPOINT)/one", "$(TIDEMARK_CHECKPOINT)"),
            "Stop",
            "Savepoint",
            deadline);
    Progress progress =
        new Progress(settings, Clock.systemUTC(), null, 0, new Totals(0, 0, 0), now -> {});
    return new LeasedRuns(
        settings, new Alone(), progress, stop, new Journal(dir.resolve("none")), Optional.empty());
  }

  @AfterEach
  void nothingIsLeft() {
    SparkSession.getDefaultSession()
        .foreach(
            session -> {
              session.stop();
              return null;
            });
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("spark.") || name.startsWith("tidemark."))
        .forEach(System::clearProperty);
  }

  @Test
  void aProgramThatReturns() throws InterruptedException {
    Trouble end = runs(Returns.class).once(false).orElseThrow();
    assertThat(end.reason()).as(end.getMessage()).isEqualTo(Reason.BatchFailed);
    assertThat(end.getMessage()).contains("has returned, and no stream runs");
  }

  @Test
  void aProgramThatStartsNothing() throws InterruptedException {
    deadline = 500;
    Trouble end = runs(Waits.class).once(false).orElseThrow();
    assertThat(end.reason()).isEqualTo(Reason.NoProgress);
    assertThat(end.getMessage()).contains("has not completed a batch", "progressDeadline");
  }

  @Test
  void aProgramOfAnotherSpark() throws InterruptedException {
    Trouble end = runs(Unfit.class).once(false).orElseThrow();
    assertThat(end.reason()).isEqualTo(Reason.InvalidApplication);
    assertThat(end.getMessage()).contains("NoSuchMethodError", "build it against Spark 3.5");
  }

  @Test
  void aQueryIsHeardOfAndItsCheckpointNoted() throws Exception {
    LeasedRuns runs = runs(Streams.class);
    assertThat(runs.repeatable()).isFalse();
    CompletableFuture<Trouble> end = new CompletableFuture<>();
    Thread driver =
        new Thread(
            () -> {
              try {
                end.complete(runs.once(false).orElseThrow());
              } catch (InterruptedException | RuntimeException e) {
                end.completeExceptionally(e);
              }
            });
    driver.start();
    Awaitility.await("a batch").atMost(60, TimeUnit.SECONDS).until(runs::ready);
    Awaitility.await("the note that a checkpoint must be there")
        .atMost(30, TimeUnit.SECONDS)
        .until(() -> record.stateRevision() == 1);
    stop.ask();
    assertThat(end.get(60, TimeUnit.SECONDS).reason()).isEqualTo(Reason.Stopped);
  }
}
