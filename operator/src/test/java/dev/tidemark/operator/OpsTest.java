package dev.tidemark.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.operator.ops.JobMetrics;
import dev.tidemark.operator.ops.OpsServer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class OpsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:01:00Z");

  @Test
  void aJobHasItsSeriesWhileItIsThere() {
    AtomicReference<List<JobMetrics.JobFigures>> jobs =
        new AtomicReference<>(
            List.of(
                new JobMetrics.JobFigures(
                    "demo",
                    "events",
                    true,
                    "Running",
                    7L,
                    2L,
                    5L,
                    11L,
                    NOW.minusSeconds(10),
                    NOW.minusSeconds(1),
                    new JobMetrics.BackupFigures(
                        1,
                        3L,
                        new JobMetrics.LastBackup(NOW.minusSeconds(30), 4L, 9L, 2L, 900L, 200L),
                        null,
                        null))));
    JobMetrics metrics =
        new JobMetrics(
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
            jobs::get,
            Clock.fixed(NOW, ZoneOffset.UTC));

    assertThat(metrics.scrape())
        .contains(
            "tidemark_job_ready{job=\"events\",namespace=\"demo\"} 1",
            "tidemark_job_lag_records{job=\"events\",namespace=\"demo\"} 7",
            "# TYPE tidemark_job_restarts_total counter",
            "tidemark_job_restarts_total{job=\"events\",namespace=\"demo\"} 2",
            "# TYPE tidemark_job_skipped_offsets_total counter",
            "tidemark_job_skipped_offsets_total{job=\"events\",namespace=\"demo\"} 11",
            "tidemark_job_epoch{job=\"events\",namespace=\"demo\"} 5",
            "tidemark_job_checkpoint_age_seconds{job=\"events\",namespace=\"demo\"} 10",
            "tidemark_job_last_commit_age_seconds{job=\"events\",namespace=\"demo\"} 1",
            "tidemark_job_backup_healthy{job=\"events\",namespace=\"demo\"} 1",
            "# TYPE tidemark_job_backup_missed_total counter",
            "tidemark_job_backup_missed_total{job=\"events\",namespace=\"demo\"} 3",
            "tidemark_job_backup_age_seconds{job=\"events\",namespace=\"demo\"} 30",
            "tidemark_job_backup_bytes_copied{job=\"events\",namespace=\"demo\"} 200",
            "tidemark_job_phase{job=\"events\",namespace=\"demo\",phase=\"Running\"} 1",
            "tidemark_job_phase{job=\"events\",namespace=\"demo\",phase=\"Failed\"} 0");

    jobs.set(List.of());
    assertThat(metrics.scrape()).doesNotContain("events");
  }

  @Test
  void probesSayWhatTheyAreTold() throws Exception {
    try (OpsServer server = new OpsServer(0, () -> true, () -> false, () -> "metric 1\n")) {
      assertThat(get(server, "/livez").statusCode()).isEqualTo(200);
      assertThat(get(server, "/readyz").statusCode()).isEqualTo(503);
      assertThat(get(server, "/metrics").body()).isEqualTo("metric 1\n");
    }
  }

  private static HttpResponse<String> get(OpsServer server, String path)
      throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aMissingOrWrongSettingIsNamed() {
    assertThatThrownBy(() -> Config.of(Map.of("TIDEMARK_NAMESPACE", "x")))
        .hasMessageContaining("TIDEMARK_STREAMING_JOB_IMAGE");
    assertThatThrownBy(
            () ->
                Config.of(
                    Map.of(
                        "TIDEMARK_STREAMING_JOB_IMAGE",
                        "i",
                        "TIDEMARK_BACKUP_IMAGE",
                        "b",
                        "TIDEMARK_LEADER_ELECTION",
                        "yes")))
        .hasMessageContaining("must be true or false");
    Config config =
        Config.of(
            Map.of(
                "TIDEMARK_BACKUP_IMAGE",
                "tidemark/backup:1",
                "TIDEMARK_STREAMING_JOB_IMAGE",
                "i",
                "TIDEMARK_NAMESPACE",
                "x",
                "TIDEMARK_WATCH_NAMESPACES",
                "a, b,"));
    assertThat(config.watchNamespaces()).isEqualTo(Set.of("a", "b"));
    assertThat(config.leaderElection()).isTrue();
  }
}
