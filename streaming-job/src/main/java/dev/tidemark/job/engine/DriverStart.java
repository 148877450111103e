package dev.tidemark.job.engine;

import dev.tidemark.job.outcome.Totals;
import dev.tidemark.job.progress.JobLease;
import dev.tidemark.job.progress.LeaseReporter;
import dev.tidemark.job.progress.LeaseTurn;
import dev.tidemark.job.progress.OpsServer;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.LogLevel;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.supervise.Journal;
import dev.tidemark.job.supervise.Launch;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a driver together. */
public final class DriverStart {
  private static final Logger LOG = LoggerFactory.getLogger(DriverStart.class);

  private DriverStart() {}

  /** Runs the driver of this JVM; returns its exit code. */
  public static int run(Settings settings, Parts parts, Journal journal, Launch launch)
      throws InterruptedException {
    LogLevel.apply(settings);
    return drive(settings, parts, journal, launch, pool(), new SparkContexts(settings, journal));
  }

  /**
   * Gets ready to be the driver, waits at {@code supervisor} until it is made that, then runs as
   * {@link #run} does.
   *
   * @return the exit code of the driver, or {@link Driver#STOPPED} when it was never needed
   */
  public static int standBy(Settings settings, Parts parts, Journal journal, InputStream supervisor)
      throws InterruptedException, IOException {
    LogLevel.apply(settings);
    ExecutorService pool = pool();
    SparkContexts spark = new SparkContexts(settings, journal);
    if (new Rehearsal(settings, parts, pool, spark).run(() -> supervisor.available() > 0)) {
      journal.standingBy();
    }
    Optional<Launch> launch = Launch.awaited(supervisor);
    return launch.isEmpty()
        ? Driver.STOPPED
        : drive(settings, parts, journal, launch.get(), pool, spark);
  }

  /**
   * Gets ready to follow a driver of another pod, waits until it is this pod's turn, then runs as
   * {@link #run} does.
   *
   * @return the exit code of the driver, or {@link Driver#STOPPED} when it was never needed
   */
  public static int follow(
      Settings settings, Parts parts, Journal journal, Launch launch, LeaseTurn turn)
      throws InterruptedException, IOException {
    LogLevel.apply(settings);
    ExecutorService pool = pool();
    SparkContexts spark = new SparkContexts(settings, journal);
    Turn mine = new Turn(turn, journal);
    if (new Rehearsal(settings, parts, pool, spark).run(mine::due)) {
      turn.standingBy();
    }
    Optional<LeaseTurn.Given> given = mine.await();
    if (given.isEmpty()) {
      return Driver.STOPPED;
    }
    journal.turn();
    LOG.info("it is the turn of this driver, attempt {}", settings.attempt());
    Launch now = launch.inTurn(Launch.lastEnd(given.get().reason(), given.get().endedAt()));
    return drive(settings, parts, journal, now, pool, spark);
  }

  private static int drive(
      Settings settings,
      Parts parts,
      Journal journal,
      Launch launch,
      ExecutorService pool,
      SparkContexts spark)
      throws InterruptedException {
    StopRequest stop = new StopRequest();
    journal.attend(stop::ask);
    Optional<LeaseReporter> lease = lease(settings);
    Progress progress =
        new Progress(
            settings,
            Clock.systemUTC(),
            before(settings, launch),
            launch.restartsInPod(),
            new Totals(0, 0, 0),
            now -> lease.ifPresent(reporter -> reporter.changed(now)));
    Runner runner = new Runner(settings, parts, progress, stop, pool, spark, journal, launch.at());
    lease.ifPresent(reporter -> reporter.start(progress::report));
    pool.execute(() -> serve(progress, runner));
    int code = new Driver(settings, progress, runner, stop).run();
    lease.ifPresent(LeaseReporter::last);
    if (code != Driver.FAILED) {
      spark.release();
    }
    return code;
  }

  private static Optional<LeaseReporter> lease(Settings settings) {
    return JobLease.of(settings)
        .map(
            lease ->
                new LeaseReporter(
                    lease,
                    System.getenv().getOrDefault("TIDEMARK_POD_NAME", settings.job().name())));
  }

  private static void serve(Progress progress, Runner runner) {
    try {
      OpsServer.start(OpsServer.PORT, progress, runner::ready);
    } catch (IOException e) {
      LOG.error(
          "no metrics and no readiness: port {} cannot be served: {}",
          OpsServer.PORT,
          e.toString());
    }
  }

  private static Progress.Ended before(Settings settings, Launch launch) {
    return launch
        .before()
        .map(end -> new Progress.Ended(end.reason(), end.at()))
        .orElseGet(
            () ->
                settings.previous() == null
                    ? null
                    : new Progress.Ended(
                        settings.previous().reason(), settings.previous().endedAt()));
  }

  private static ExecutorService pool() {
    AtomicInteger n = new AtomicInteger();
    return Executors.newCachedThreadPool(
        work -> {
          Thread thread = new Thread(work, "tidemark-" + n.incrementAndGet());
          thread.setDaemon(true);
          return thread;
        });
  }
}
