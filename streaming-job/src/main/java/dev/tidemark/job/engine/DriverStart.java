package dev.tidemark.job.engine;

import dev.tidemark.job.outcome.TerminationMessage;
import dev.tidemark.job.outcome.Totals;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.progress.JobLease;
import dev.tidemark.job.progress.LeaseHold;
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
    // What a program does of its own accord cannot be rehearsed.
    if (settings.definition().leased()
        || new Rehearsal(settings, parts, pool, spark).run(mine::due)) {
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
    boolean leased = settings.definition().leased();
    StopRequest stop = new StopRequest();
    journal.attend(stop::ask);
    Optional<JobLease> lease = JobLease.of(settings);
    String pod = System.getenv().getOrDefault("TIDEMARK_POD_NAME", settings.job().name());
    Optional<LeaseHold> hold =
        lease.filter(l -> leased).map(l -> new LeaseHold(l, pod, DriverStart::halt));
    Optional<LeaseReporter> reporter =
        lease.map(
            l ->
                hold.isPresent()
                    ? new LeaseReporter(l, pod, hold.get())
                    : new LeaseReporter(l, pod));
    Progress progress =
        new Progress(
            settings,
            Clock.systemUTC(),
            before(settings, launch),
            launch.restartsInPod(),
            new Totals(0, 0, 0),
            now -> reporter.ifPresent(r -> r.changed(now)));
    Runs runs =
        leased
            ? parts.leased(settings, progress, stop, journal, hold)
            : new Runner(settings, parts, progress, stop, pool, spark, journal, launch.at());
    reporter.ifPresent(r -> r.start(progress::report));
    pool.execute(() -> serve(progress, runs));
    int code = new Driver(settings, progress, runs, stop).run();
    reporter.ifPresent(LeaseReporter::last);
    hold.ifPresent(LeaseHold::release);
    if (code != Driver.FAILED) {
      spark.release();
    }
    return code;
  }

  /** What a second driver might be doing by now must not be done twice. */
  private static void halt(Trouble lost) {
    TerminationMessage.of(lost).leave();
    System.err.println(lost.getMessage());
    Runtime.getRuntime().halt(Driver.FAILED);
  }

  private static void serve(Progress progress, Runs runs) {
    try {
      OpsServer.start(OpsServer.PORT, progress, runs::ready);
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
