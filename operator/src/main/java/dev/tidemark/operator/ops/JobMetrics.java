package dev.tidemark.operator.ops;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The metrics of every job, made anew from what is known at each scrape: a deleted job has no
 * series, and there is nothing to keep in step.
 */
public final class JobMetrics {
  private static final List<String> PHASES =
      List.of("Pending", "Starting", "Running", "Recovering", "Suspended", "Failed", "Deleting");

  private static final List<String> COUNTERS =
      List.of(
          "tidemark_job_restarts", "tidemark_job_skipped_offsets", "tidemark_job_backup_missed");

  private final PrometheusMeterRegistry registry;
  private final Supplier<List<JobFigures>> jobs;
  private final Clock clock;
  private final Map<String, MultiGauge> gauges = new LinkedHashMap<>();

  /** What is known of one job; a figure that is null has no series. */
  public record JobFigures(
      String namespace,
      String job,
      boolean ready,
      String phase,
      Long lag,
      Long restarts,
      Long epoch,
      Long skipped,
      Instant checkpointAt,
      Instant lastCommitAt,
      BackupFigures backup) {}

  /**
   * What is known of a job's backups.
   *
   * @param healthy 1 or 0; null when it cannot be told, and while none are asked for
   * @param last the newest one that was made; null before
   * @param provenAt when the newest point was proven to be restorable
   * @param restored 1 when the last restore was carried out, 0 when it failed; null before one
   */
  public record BackupFigures(
      Integer healthy, Long missed, LastBackup last, Instant provenAt, Integer restored) {
    /** No backups. */
    public static final BackupFigures NONE = new BackupFigures(null, null, null, null, null);
  }

  /** The newest backup. */
  public record LastBackup(
      Instant at, Long seconds, Long objects, Long copiedObjects, Long bytes, Long copiedBytes) {}

  /** Metrics in this registry of the jobs this supplier knows. */
  public JobMetrics(
      PrometheusMeterRegistry registry, Supplier<List<JobFigures>> jobs, Clock clock) {
    this.registry = registry;
    this.jobs = jobs;
    this.clock = clock;
  }

  /** The registry's metrics as Prometheus reads them, with those of the jobs as they are now. */
  public synchronized String scrape() {
    List<JobFigures> now = jobs.get();
    gauge(
        "tidemark.job.ready",
        "1 when the driver commits or has nothing to do",
        now,
        j -> j.ready() ? 1 : 0);
    gauge(
        "tidemark.job.lag.records",
        "Records in the topics that are not committed",
        now,
        JobFigures::lag);
    gauge("tidemark.job.restarts", "Recoveries nobody asked for", now, JobFigures::restarts);
    gauge(
        "tidemark.job.skipped.offsets",
        "Offsets skipped since Kafka had dropped their records unread (source.onOffsetsExpired)",
        now,
        JobFigures::skipped);
    gauge("tidemark.job.epoch", "Fencing number of the newest run", now, JobFigures::epoch);
    gauge(
        "tidemark.job.checkpoint.age.seconds",
        "Age of the newest checkpoint",
        now,
        j -> age(j.checkpointAt()));
    gauge(
        "tidemark.job.last.commit.age.seconds",
        "Time since the last commit",
        now,
        j -> age(j.lastCommitAt()));
    backups(now);
    phases(now);
    // These counts are counters by nature, but kept in the status: gauges of the names counters
    // would have.
    String text = registry.scrape();
    for (String counter : COUNTERS) {
      text =
          text.replace(counter + "{", counter + "_total{")
              .replace("# HELP " + counter + " ", "# HELP " + counter + "_total ")
              .replace("# TYPE " + counter + " gauge", "# TYPE " + counter + "_total counter");
    }
    return text;
  }

  private void backups(List<JobFigures> now) {
    gauge(
        "tidemark.job.backup.healthy",
        "1 when backups are good and recent",
        now,
        j -> j.backup().healthy());
    gauge(
        "tidemark.job.backup.missed",
        "Scheduled backups that were not begun in time",
        now,
        j -> j.backup().missed());
    gauge(
        "tidemark.job.backup.age.seconds",
        "Time since the newest backup was made",
        now,
        j -> last(j, LastBackup::at) == null ? null : age(j.backup().last().at()));
    gauge(
        "tidemark.job.backup.proven.age.seconds",
        "Time since a backup was last read and found good",
        now,
        j -> age(j.backup().provenAt()));
    gauge(
        "tidemark.job.backup.duration.seconds",
        "How long the newest backup took",
        now,
        j -> last(j, LastBackup::seconds));
    gauge(
        "tidemark.job.backup.objects",
        "Objects of the newest backup",
        now,
        j -> last(j, LastBackup::objects));
    gauge(
        "tidemark.job.backup.objects.copied",
        "Those that no backup had before",
        now,
        j -> last(j, LastBackup::copiedObjects));
    gauge(
        "tidemark.job.backup.bytes",
        "Bytes of the newest backup",
        now,
        j -> last(j, LastBackup::bytes));
    gauge(
        "tidemark.job.backup.bytes.copied",
        "Those that no backup had before",
        now,
        j -> last(j, LastBackup::copiedBytes));
    gauge(
        "tidemark.job.restore.completed",
        "1 when the last restore was carried out, 0 when it failed",
        now,
        j -> j.backup().restored());
  }

  private static <T> T last(JobFigures job, Function<LastBackup, T> figure) {
    return job.backup().last() == null ? null : figure.apply(job.backup().last());
  }

  private Number age(Instant since) {
    return since == null
        ? null
        : Math.max(0, Duration.between(since, clock.instant()).toMillis() / 1000.0);
  }

  private void gauge(
      String name, String help, List<JobFigures> now, Function<JobFigures, Number> figure) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (JobFigures job : now) {
      Number value = figure.apply(job);
      if (value != null) {
        rows.add(MultiGauge.Row.of(tags(job), value));
      }
    }
    of(name, help).register(rows, true);
  }

  private void phases(List<JobFigures> now) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    for (JobFigures job : now) {
      for (String phase : PHASES) {
        rows.add(
            MultiGauge.Row.of(tags(job).and("phase", phase), phase.equals(job.phase()) ? 1 : 0));
      }
    }
    of("tidemark.job.phase", "1 for the phase the job is in").register(rows, true);
  }

  private MultiGauge of(String name, String help) {
    return gauges.computeIfAbsent(
        name, n -> MultiGauge.builder(n).description(help).register(registry));
  }

  private static Tags tags(JobFigures job) {
    return Tags.of("namespace", job.namespace(), "job", job.job());
  }
}
