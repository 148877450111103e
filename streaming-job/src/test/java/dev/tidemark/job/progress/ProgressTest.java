package dev.tidemark.job.progress;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Totals;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.progress.Report.Situation;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private static final Path CONTRACT = Path.of("..", "contract");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Settings settings =
      SettingsFile.read(CONTRACT.resolve("settings").resolve("minimal.json"));
  private final List<Situation> told = new ArrayList<>();

  @Test
  void aReportHasTheFieldsOfTheGoldenOne() throws IOException {
    Progress progress = after(new Progress.Ended("DriverPodDeleted", NOW.minusMillis(6200)));
    progress.recovering(1, 5, "Checkpoint", 0);
    progress.batch(batch(), true);
    progress.checkpoint(NOW);
    progress.late(3);
    progress.state(NOW, new StateFigures(1_200, 96_000, 0.2));

    JsonNode golden =
        JSON.readTree(Files.readString(CONTRACT.resolve("progress").resolve("running.json")));
    JsonNode ours = JSON.readTree(ReportJson.of(progress.report()));
    assertThat(fields("", ours)).isEqualTo(fields("", golden));
    assertThat(ours.at("/recovery"))
        .hasToString(
            "{\"cause\":\"DriverPodDeleted\",\"from\":\"Checkpoint\",\"seconds\":6.2,\"at\":\"2026-01-01T00:00:10Z\",\"skippedBatches\":0}");
  }

  @Test
  void aFirstStartIsNoRecovery() {
    Progress progress = after(null);
    progress.recovering(1, 1, null, 0);
    progress.batch(batch(), true);
    assertThat(progress.report().recovery()).isNull();
    assertThat(told).containsExactly(Situation.Starting, Situation.Running);
  }

  @Test
  void onlyTheFirstBatchAfterAFailureIsTheRecovery() {
    Progress progress = after(null);
    progress.recovering(1, 1, null, 0);
    progress.batch(batch(), true);
    progress.failed(new Trouble(Reason.BatchFailed, "it failed"));
    progress.recovering(1, 2, "Ledger", 3);
    progress.batch(batch(), true);
    progress.batch(batch(), true);
    assertThat(progress.recoveries()).isEqualTo(1);
    assertThat(progress.report().recovery().cause()).isEqualTo("BatchFailed");
    assertThat(progress.report().restarts().inJvm()).isEqualTo(1);
    assertThat(progress.report().reason()).isEmpty();
  }

  @Test
  void waitingIsToldOnceAndCountsNoRestart() {
    Progress progress = after(null);
    progress.waiting(new Trouble(Reason.SinkUnavailable, "away"));
    progress.waiting(new Trouble(Reason.SinkUnavailable, "still away"));
    assertThat(told).containsExactly(Situation.Waiting);
    assertThat(progress.report().restarts().inJvm()).isZero();
    assertThat(progress.report().reason()).isEqualTo("SinkUnavailable");
  }

  @Test
  void aReportNeverExceedsItsLimit() throws IOException {
    Progress progress = after(null);
    progress.waiting(new Trouble(Reason.SinkUnavailable, "ü\"".repeat(3000)));
    String json = ReportJson.of(progress.report());
    assertThat(json.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(2048);
    assertThat(JSON.readTree(json).get("reason").asText()).isEqualTo("SinkUnavailable");
  }

  private Progress after(Progress.Ended ended) {
    return new Progress(
        settings, Clock.fixed(NOW, ZoneOffset.UTC), ended, 0, new Totals(0, 0, 0), told::add);
  }

  private static Report.Batch batch() {
    return new Report.Batch(NOW, 100, 50, 120, 15);
  }

  private static Set<String> fields(String at, JsonNode node) {
    Set<String> names = new TreeSet<>();
    node.fields()
        .forEachRemaining(
            e -> {
              names.add(at + "/" + e.getKey());
              names.addAll(fields(at + "/" + e.getKey(), e.getValue()));
            });
    return names;
  }
}
