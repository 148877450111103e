package dev.tidemark.job.progress;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the report into the job's Lease, in a thread of its own: at once when told, else every ten
 * seconds, and every minute as long as there is nothing to do: then the label {@link #IDLE} says
 * so, by which the operator sets aside what it need not hear at once. An API server that does not
 * answer costs the job nothing.
 */
public final class LeaseReporter {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseReporter.class);
  private static final Duration EVERY = Duration.ofSeconds(10);
  private static final Duration EVERY_WHEN_IDLE = Duration.ofSeconds(60);

  /** Whoever writes into the Lease what others should know at once sets this label to false. */
  static final String IDLE = "tidemark.dev/idle";

  /** Several tries before {@link LeaseHold#DEADLINE}. */
  private static final Duration RENEW = Duration.ofSeconds(4);

  /** Several changes in a row (a start, its first batch) become one report. */
  private static final long GATHER_MILLIS = 50;

  /** A start needs the processors more than the operator needs to hear of it. */
  private static final long HOLD_BACK_SECONDS = 6;

  static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  /** What takes a report to the Lease. */
  interface Writing {
    void write(String json) throws IOException, InterruptedException;
  }

  private final JobLease lease;
  private final String holder;
  private final Writing writing;
  private final Duration every;
  private final Duration whenIdle;
  private final String otherwise;
  private final Semaphore due = new Semaphore(0);
  private final CountDownLatch busyStart = new CountDownLatch(1);
  private volatile Supplier<Report> source;
  private boolean complained;

  /** Reports as {@code holder} (the driver pod) into that Lease. */
  public LeaseReporter(JobLease lease, String holder) {
    this(lease, holder, lease::merge, EVERY, EVERY_WHEN_IDLE, "the job goes on without");
  }

  /** The same, where each report renews the lock of a program that has no ledger. */
  public LeaseReporter(JobLease lease, String holder, LeaseHold hold) {
    this(
        lease,
        holder,
        hold::renew,
        RENEW,
        RENEW,
        "the program is ended when that lasts for " + LeaseHold.DEADLINE.toSeconds() + " s");
  }

  LeaseReporter(
      JobLease lease,
      String holder,
      Writing writing,
      Duration every,
      Duration whenIdle,
      String otherwise) {
    this.lease = lease;
    this.holder = holder;
    this.writing = writing;
    this.every = every;
    this.whenIdle = whenIdle;
    this.otherwise = otherwise;
  }

  /** Starts the thread; {@code report} is asked whenever a report is due. */
  public void start(Supplier<Report> report) {
    source = report;
    Thread thread = new Thread(this::loop, "lease");
    thread.setDaemon(true);
    thread.start();
  }

  /** The operator should know at once; but while a start is under way the start goes first. */
  public void changed(Report.Situation now) {
    due.release();
    if (now != Report.Situation.Starting && now != Report.Situation.Recovering) {
      busyStart.countDown();
    }
  }

  /** One last report, by the caller's thread, because the JVM is about to halt. */
  public void last() {
    report(true);
  }

  private void loop() {
    try {
      if (!busyStart.await(HOLD_BACK_SECONDS, TimeUnit.SECONDS)) {
        LOG.debug("no batch yet; reporting all the same");
      }
      boolean told = true;
      while (true) {
        told = awaitDue(report(told));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Until something changed, or it is time; longer as long as there was and is nothing to do.
   * Returns whether something changed.
   */
  private boolean awaitDue(boolean idle) throws InterruptedException {
    Duration waited = Duration.ZERO;
    do {
      if (due.tryAcquire(every.toMillis(), TimeUnit.MILLISECONDS)) {
        Thread.sleep(GATHER_MILLIS);
        due.drainPermits();
        return true;
      }
      waited = waited.plus(every);
    } while (waited.compareTo(whenIdle) < 0 && idle && source.get().idle());
    return false;
  }

  /** Returns whether it was that of a job with nothing to do. */
  private synchronized boolean report(boolean told) {
    Report report = source.get();
    try {
      writing.write(body(report, !told && report.idle() && whenIdle.compareTo(every) > 0));
      if (complained) {
        complained = false;
        LOG.info("the Lease can be written again");
      }
    } catch (IOException | RuntimeException e) {
      if (!complained) {
        complained = true;
        LOG.warn("the Lease {} cannot be written; {}: {}", lease, otherwise, e.toString());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return report.idle();
  }

  private String body(Report report, boolean idle) {
    return "{\"metadata\":{\"labels\":{\""
        + IDLE
        + "\":\""
        + idle
        + "\"},\"annotations\":{\"tidemark.dev/progress\":"
        + ReportJson.literal(ReportJson.of(report))
        + "}},\"spec\":{\"holderIdentity\":"
        + ReportJson.literal(holder)
        + ",\"renewTime\":\""
        + MICRO_TIME.format(Instant.now())
        + "\"}}";
  }
}
