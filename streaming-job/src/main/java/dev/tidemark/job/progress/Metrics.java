package dev.tidemark.job.progress;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * The driver's figures for Prometheus; made at the first scrape, so that a start does not wait for
 * them.
 */
final class Metrics {
  private final Progress progress;
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final MultiGauge lag;

  Metrics(Progress progress) {
    this.progress = progress;
    lag =
        MultiGauge.builder("tidemark.lag.records")
            .description("Records in the topic behind the committed offsets")
            .register(registry);
    gauge(
        "tidemark.batch.delay.seconds",
        "From a batch's time to its commit",
        r -> millis(r.batch(), true));
    gauge(
        "tidemark.batch.commit.seconds",
        "How long the last batch took to write",
        r -> millis(r.batch(), false));
    gauge(
        "tidemark.batch.records",
        "Records in the last batch",
        r -> r.batch() == null ? 0 : r.batch().records());
    gauge(
        "tidemark.attempt.records", "Records committed in this attempt", r -> r.totals().records());
    gauge("tidemark.attempt.rows", "Rows written in this attempt", r -> r.totals().written());
    gauge(
        "tidemark.attempt.batches", "Batches committed in this attempt", r -> r.totals().batches());
    gauge(
        "tidemark.last.commit.age.seconds",
        "Since the ledger last moved or had no need to",
        r -> age(r.lastCommitAt()));
    gauge(
        "tidemark.checkpoint.age.seconds",
        "Since the newest checkpoint was written",
        r -> age(r.checkpoint().time()));
    gauge("tidemark.epoch", "Fencing number of the run", Report::epoch);
    gauge("tidemark.revision", "Revision of the definition", Report::revision);
    gauge("tidemark.runs", "Contexts made in this JVM", Report::runs);
    gauge(
        "tidemark.restarts.in.jvm",
        "New contexts after a failure, in this JVM",
        r -> r.restarts().inJvm());
    gauge("tidemark.restarts.in.pod", "JVMs started again in this pod", r -> r.restarts().inPod());
    gauge("tidemark.executors.live", "Executors registered", r -> r.executors().live());
    gauge("tidemark.executors.wanted", "Executors asked for", r -> r.executors().wanted());
    gauge(
        "tidemark.recovery.seconds",
        "From the end of the run before to the first committed batch, last recovery of this JVM",
        r -> r.recovery() == null ? Double.NaN : r.recovery().seconds());
    gauge(
        "tidemark.running",
        "1 while batches complete",
        r -> r.situation() == Report.Situation.Running ? 1 : 0);
    state("tidemark.state.keys", "Groups in the state, last checkpoint", StateFigures::keys);
    state("tidemark.state.bytes", "Size of the last state checkpoint", StateFigures::bytes);
    state(
        "tidemark.state.checkpoint.seconds",
        "How long writing the last state checkpoint took",
        StateFigures::checkpointSeconds);
    Gauge.builder("tidemark.late.rows", progress, Progress::late)
        .description("Rows that came too late for a window, since the state began")
        .register(registry);
    Gauge.builder("tidemark.left.out.records", progress, Progress::leftOut)
        .description(
            "Records left out by this run because filter or select failed on them (source.onMalformed)")
        .register(registry);
    gauge(
        "tidemark.skipped.offsets",
        "Offsets skipped in the life of the job, since Kafka had dropped them unread (source.onOffsetsExpired)",
        Report::skipped);
    Gauge.builder("tidemark.recoveries", progress, Progress::recoveries)
        .description("Recoveries completed in this JVM")
        .register(registry);
  }

  private void gauge(String name, String description, ToDoubleFunction<Report> value) {
    Gauge.builder(name, progress, p -> value.applyAsDouble(p.report()))
        .description(description)
        .register(registry);
  }

  private void state(String name, String description, ToDoubleFunction<StateFigures> value) {
    Gauge.builder(
            name, progress, p -> p.state() == null ? Double.NaN : value.applyAsDouble(p.state()))
        .description(description)
        .register(registry);
  }

  private static double millis(Report.Batch batch, boolean delay) {
    return batch == null
        ? Double.NaN
        : (delay ? batch.delayMillis() : batch.commitMillis()) / 1000.0;
  }

  private static double age(Instant since) {
    return since == null ? Double.NaN : Duration.between(since, Instant.now()).toMillis() / 1000.0;
  }

  String scrape() {
    lag.register(
        progress.lag().entrySet().stream()
            .map(
                e ->
                    MultiGauge.Row.of(
                        Tags.of(
                            "topic",
                            e.getKey().topic(),
                            "partition",
                            Integer.toString(e.getKey().number())),
                        e.getValue()))
            .toList(),
        true);
    return registry.scrape();
  }

  /** For tests: names without values. */
  Map<String, String> descriptions() {
    return registry.getMeters().stream()
        .collect(
            java.util.stream.Collectors.toMap(
                m -> m.getId().getName(),
                m -> String.valueOf(m.getId().getDescription()),
                (a, b) -> a));
  }
}
