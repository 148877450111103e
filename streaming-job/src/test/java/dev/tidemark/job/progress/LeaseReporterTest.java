package dev.tidemark.job.progress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidemark.job.outcome.Totals;
import dev.tidemark.job.progress.Report.Situation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class LeaseReporterTest {
  private static final Duration EVERY = Duration.ofMillis(20);
  private static final Duration NEVER = Duration.ofDays(1);

  /** When it starts, and when it is told that the start is over. */
  private static final int AT_FIRST = 2;

  private static final Report IDLE = report(0, 0);
  private static final Report BUSY = report(7, 100);

  private final AtomicReference<Report> now = new AtomicReference<>();
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void aBusyJobReportsEachTime() {
    start(BUSY, NEVER);
    await().until(() -> written.size() > 3);
  }

  @Test
  void anIdleJobReportsRarelyAndSoonAfterItGotWork() {
    start(IDLE, NEVER);
    await().until(() -> asked.get() > 5);
    assertThat(written).hasSize(AT_FIRST);
    now.set(BUSY);
    await().until(() -> written.size() > AT_FIRST);
    assertThat(written.get(AT_FIRST)).contains("\\\"lag\\\":7");
  }

  @Test
  void anIdleJobReportsWhatChanged() {
    LeaseReporter reporter = start(IDLE, NEVER);
    await().until(() -> written.size() == AT_FIRST);
    reporter.changed(Situation.Waiting);
    await().until(() -> written.size() > AT_FIRST);
  }

  @Test
  void anIdleJobReportsAllTheSame() {
    start(IDLE, EVERY.multipliedBy(5));
    await().until(() -> written.size() > 3);
    assertThat(asked.get()).isGreaterThan(2 * written.size());
  }

  @Test
  void onlyWhatIsNoNewsIsLabelledIdle() {
    LeaseReporter reporter = start(IDLE, EVERY.multipliedBy(2));
    await().until(() -> written.size() > AT_FIRST);
    assertThat(written.subList(0, AT_FIRST)).allMatch(report -> !isLabelledIdle(report));
    assertThat(written.get(AT_FIRST)).matches(LeaseReporterTest::isLabelledIdle);

    now.set(BUSY);
    await().until(() -> !isLabelledIdle(written.get(written.size() - 1)));
    reporter.last();
    assertThat(written.get(written.size() - 1)).matches(report -> !isLabelledIdle(report));
  }

  /** Such as one that renews a lock. */
  @Test
  void whoReportsAsOftenWhenIdleIsNeverLabelled() {
    start(IDLE, EVERY);
    await().until(() -> written.size() > 5);
    assertThat(written).allMatch(report -> !isLabelledIdle(report));
  }

  private static boolean isLabelledIdle(String report) {
    assertThat(report).containsPattern("\"tidemark.dev/idle\":\"(true|false)\"");
    return report.contains("\"tidemark.dev/idle\":\"true\"");
  }

  private LeaseReporter start(Report report, Duration whenIdle) {
    now.set(report);
    LeaseReporter reporter =
        new LeaseReporter(null, "driver", written::add, EVERY, whenIdle, "all goes on");
    reporter.changed(Situation.Running);
    reporter.start(
        () -> {
          asked.incrementAndGet();
          return now.get();
        });
    return reporter;
  }

  private static Report report(long lag, long records) {
    Instant at = Instant.parse("2026-01-01T00:00:10Z");
    return new Report(
        1,
        1,
        "sha256:00",
        1,
        5,
        1,
        Situation.Running,
        "",
        "",
        new Report.Batch(at, records, records, 10, 5),
        new Totals(1000, 500, 10),
        lag,
        at,
        new Report.CheckpointState(at, false),
        null,
        new Report.Restarts(0, 0),
        new Report.Executors(0, 0),
        null,
        0);
  }
}
