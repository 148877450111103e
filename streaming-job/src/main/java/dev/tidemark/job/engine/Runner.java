package dev.tidemark.job.engine;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.tidemark.job.ledger.Ledger;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.source.Readers;
import dev.tidemark.job.supervise.Journal;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDDOperationScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Option;

/** One run from its start to its end. */
final class Runner implements Runs {
  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);
  private static final long LOOK_MILLIS = 100;
  private static final long LONGEST_PARTING_SECONDS = 10;
  private static final long LEAST_WATCHDOG_MILLIS = 120_000;

  private final Settings settings;
  private final Parts parts;
  private final Progress progress;
  private final StopRequest stop;
  private final Executor pool;
  private final SparkContexts spark;
  private final Journal journal;
  private final Instant launched;
  private volatile Run run;

  Runner(
      Settings settings,
      Parts parts,
      Progress progress,
      StopRequest stop,
      Executor pool,
      SparkContexts spark,
      Journal journal,
      Instant launched) {
    this.journal = journal;
    this.launched = launched;
    this.settings = settings;
    this.parts = parts;
    this.progress = progress;
    this.stop = stop;
    this.pool = pool;
    this.spark = spark;
  }

  /** The run that is or was last; null before the first. */
  Run run() {
    return run;
  }

  @Override
  public boolean ready() {
    Run now = run;
    return now != null && now.isOpen();
  }

  @Override
  public boolean opened() {
    Run last = run;
    return last != null && last.wasOpened();
  }

  @Override
  public boolean repeatable() {
    return true;
  }

  @Override
  public boolean sinkAnswers() {
    try (Ledger ledger = parts.ledger(settings)) {
      ledger.connect();
      return true;
    } catch (Trouble e) {
      return e.reason() != Reason.SinkUnavailable;
    }
  }

  @Override
  public Optional<Trouble> once(boolean preferLedger) throws InterruptedException {
    run = null;
    BatchEngine engine = null;
    Trouble end;
    try {
      Timeline timeline = new Timeline(launched);
      spark.prepare(pool, timeline);
      SparkEngine decides = parts.engine(settings);
      Prepared prepared =
          new Preparation(settings, parts, pool, timeline)
              .prepare(
                  owner -> {
                    owner.filter(this::isOfToday).ifPresent(record -> decides.look(record, pool));
                    warm();
                  });
      long epoch = prepared.owner().lastEpoch();
      journal.epoch(epoch);
      progress.skippedOffsets(prepared.ledger().skippedOffsets());
      readyForFirstBatch(prepared);
      JavaSparkContext sc = spark.get(epoch, timeline);
      Outputs outputs = new Outputs(settings, parts, progress);
      Begun begun =
          decides.begin(new Start(prepared, sc, outputs, progress, timeline, preferLedger));
      Patience patience =
          new Patience(settings, this::sinkAnswers, progress::waiting, Patience.MOMENT);
      run = new Run(prepared, sc, begun.output(), this::completed, patience, timeline);
      run.enter();
      engine = begun.engine().get();
      timeline.done("engine made");
      engine.start();
      timeline.done("engine started");
      run.open();
      pool.execute(new Housekeeping(run, prepared.ownership(), begun.checkpoints(), progress));
      end = await(engine);
    } catch (InterruptedException e) {
      throw e;
    } catch (Throwable e) {
      end = Failures.of(e, settings, Reason.StartFailed);
    }
    finish(engine, end);
    Run last = run;
    if (last != null && last.awaitFailure(0) instanceof PartitionsAdded added) {
      LOG.info("{}; a new run reads them", added.getMessage());
      return Optional.empty();
    }
    return Optional.of(end);
  }

  private boolean isOfToday(OwnerRecord record) {
    return record.definitionDigest().equals(settings.definitionDigest());
  }

  /**
   * What the first batch needs and nothing before it: not begun earlier, because reading the owner
   * record is what everything else waits for.
   */
  private void warm() {
    early(() -> parts.warm(settings));
    // Spark names each RDD by JSON: loading what writes it takes a tenth of a second.
    early(() -> new RDDOperationScope("warm", Option.empty(), "0").toJson());
  }

  /**
   * In local mode the tasks run here: while the context is being made, they get their connections.
   */
  private void readyForFirstBatch(Prepared prepared) {
    if (!settings.local()) {
      return;
    }
    OwnerRecord owner = prepared.owner();
    boolean rows = settings.definition().rows();
    if (rows && settings.definition().sink().takesRanges()) {
      early(() -> parts.sinks().of(settings, owner.jobId(), owner.lastEpoch()).prepare());
    }
    prepared
        .reading()
        .forEach((partition, from) -> early(() -> Readers.prepare(settings, partition, from)));
  }

  private void early(Runnable work) {
    pool.execute(
        () -> {
          try {
            work.run();
          } catch (RuntimeException | LinkageError e) {
            LOG.debug("the first batch will say: {}", e.toString());
          }
        });
  }

  private Trouble await(BatchEngine engine) throws InterruptedException {
    while (true) {
      if (stop.isAsked()) {
        Trouble asked = stop.end("the batch in hand was finished");
        run.finish(asked, Long.MAX_VALUE);
        spareTheNext();
        return asked;
      }
      Throwable failure = run.awaitFailure(LOOK_MILLIS);
      if (failure == null && run.idleMillis() > watchdogMillis()) {
        return stuck();
      }
      if (failure == null) {
        try {
          if (!engine.ended(1)) {
            continue;
          }
          failure = new IllegalStateException("the streaming engine stopped by itself");
        } catch (Throwable e) {
          failure = e;
        }
      }
      return Failures.of(failure, settings, Reason.BatchFailed);
    }
  }

  /** A stop is not held up by a store that is away or slow: the next run then reads more. */
  private void spareTheNext() throws InterruptedException {
    try {
      CompletableFuture.runAsync(run::stopped, pool).get(LONGEST_PARTING_SECONDS, SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn(
          "no state checkpoint was left at the stop, the next run reads from the one before", e);
    }
  }

  private long watchdogMillis() {
    Long said = settings.runtime().progressDeadlineMillis();
    return said == null
        ? Math.max(LEAST_WATCHDOG_MILLIS, 10 * settings.definition().batchIntervalMillis())
        : said;
  }

  /** No batch for too long: a dependency's fault if one does not answer, else our own. */
  private Trouble stuck() {
    if (!settings.local() && run.liveExecutors() == 0) {
      return new Trouble(Reason.ExecutorsPending, Housekeeping.noExecutors(settings));
    }
    try {
      new Preparation(settings, parts, pool, new Timeline(launched)).probe();
    } catch (Trouble away) {
      return away;
    }
    return new Trouble(
        Reason.NoProgress,
        "no batch completed for "
            + run.idleMillis() / 1000
            + " s, though Kafka, the database and the store answer");
  }

  /**
   * An end for good needs no tidying: the JVM halts. Before another run, the old engine must be
   * quiet.
   */
  private void finish(BatchEngine engine, Trouble end) {
    Run last = run;
    if (last != null) {
      last.trip(end);
    }
    boolean another =
        end.reason().kind() == Reason.Kind.WAIT || end.reason().kind() == Reason.Kind.FAILURE;
    if (another) {
      if (engine != null) {
        engine.stop();
      }
      Readers.clear();
    }
  }

  private void completed(BatchListener.Batch batch) {
    journal.committed();
    Instant time = Instant.ofEpochMilli(batch.time());
    progress.batch(
        new dev.tidemark.job.progress.Report.Batch(
            time,
            batch.records(),
            batch.rows(),
            Math.max(0, System.currentTimeMillis() - batch.time()),
            batch.millis()),
        batch.moved());
  }
}
