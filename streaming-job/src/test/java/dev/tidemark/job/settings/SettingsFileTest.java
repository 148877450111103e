package dev.tidemark.job.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsFileTest {
  private static final Path CONTRACT = Path.of("..", "contract", "settings");

  static List<Path> goldenFiles() throws IOException {
    try (Stream<Path> files = Files.list(CONTRACT)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldenFiles")
  void goldenSettingsAreUnderstood(Path file) {
    Settings settings = SettingsFile.read(file);
    assertThat(settings.contract()).isEqualTo(1);
    if (settings.definition().leased()) {
      assertThat(settings.definition().source()).isNull();
      assertThat(settings.runtime().progressDeadlineMillis()).isEqualTo(600_000);
    } else {
      assertThat(settings.definition().source().shown()).startsWith("topics ");
    }
  }

  @Test
  void minimalSettingsSayWhatTheManifestSays() {
    Settings settings = SettingsFile.read(CONTRACT.resolve("minimal.json"));
    assertThat(settings.definition().filter()).isEqualTo("value LIKE '%important%'");
    assertThat(settings.definition().batchIntervalMillis()).isEqualTo(5000);
    assertThat(settings.local()).isFalse();
    assertThat(settings.previous()).isNull();
  }

  @Test
  void statefulSettingsSayWhatTheManifestSays() {
    Settings settings = SettingsFile.read(CONTRACT.resolve("stateful.json"));
    Settings.Definition definition = settings.definition();
    assertThat(definition.stateful()).isTrue();
    assertThat(definition.sink().jdbc().upsert()).isTrue();
    assertThat(definition.aggregate())
        .isEqualTo(
            new Settings.Aggregate(
                List.of("upper(shop) AS shop"),
                List.of("count(*) AS n", "avg(amount) AS mean"),
                "Running",
                new Settings.Window(300_000, 30_000, "happened_at", 1500)));
    assertThat(settings.runtime().upgrade().strategy()).isEqualTo("Fresh");
    assertThat(settings.runtime().checkpoint().onLost()).isEqualTo("StartFresh");
    assertThat(settings.local()).isTrue();
  }

  @Test
  void anAggregateNeedsNeitherGroupsNorAWindow() {
    Settings.Aggregate aggregate =
        SettingsFile.read(CONTRACT.resolve("running.json")).definition().aggregate();
    assertThat(aggregate.groupBy()).isEmpty();
    assertThat(aggregate.window()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          stateful | "results" : "Running"          | "results" : "Forever"      | definition.aggregate.results
          stateful | "results" : "Running"          | "results" : "PerBatch"     | and results Running
          stateful | "mode" : "Upsert"              | "mode" : "Append"          | Upsert for results that go on
          stateful | "slideMillis" : 30000          | "slideMillis" : 300001     | longer than lengthMillis
          stateful | "slideMillis" : 30000          | "slideMillis" : 0          | slideMillis
          stateful | "lengthMillis" : 300000        | "lengthMillis" : -1        | lengthMillis
          stateful | "latenessMillis" : 1500        | "latenessMillis" : -1      | lateness
          stateful | "time" : "happened_at"         | "time" : ""                | window.time
          stateful | "strategy" : "Fresh"           | "strategy" : "Replay"      | runtime.upgrade.strategy
          stateful | "stateIntervalMillis" : 10000  | "stateIntervalMillis" : 0  | stateIntervalMillis
          running  | "compute" : [ "count(*) AS n" ] | "compute" : [ ]           | definition.aggregate.compute
          running  | "groupBy" : [ ]                | "groupBy" : null           | definition.aggregate.groupBy
          minimal  | "mode" : "Append"              | "mode" : "Upsert"          | without an aggregate there is no key
          minimal  | "mode" : "Append"              | "mode" : "Replace"         | definition.sink.jdbc.mode
          minimal  | [ "events" ]                   | null                       | definition.source.topics
          minimal  | "topicPattern" : null          | "topicPattern" : "e.*"     | both topics and a topicPattern
          full     | "format" : "Json"          | "format" : "Xml"           | definition.source.value.format
          full     | "framing" : "None"         | "framing" : null           | definition.source.value.framing
          full     | "id BIGINT, paid BOOLEAN"  | ""                         | definition.source.value.schema
          pattern  | "events-.*"                    | "events-(.*"               | Unclosed group near position 10 of 'events-(.*'
          """)
  void whatMakesNoSenseIsRefused(String file, String right, String wrong, String says)
      throws IOException {
    String json = Files.readString(CONTRACT.resolve(file + ".json"));
    assertThat(json).contains(right);
    refused(json.replace(right, wrong), says);
  }

  @Test
  void stateIsCheckpointedInWholeBatches() throws IOException {
    String stateful = Files.readString(CONTRACT.resolve("stateful.json"));
    String slow =
        stateful.replace("\"batchIntervalMillis\" : 1000", "\"batchIntervalMillis\" : 3000");

    assertThat(SettingsFile.parse(stateful).checkpointIntervalMillis()).isEqualTo(10_000);
    assertThat(SettingsFile.parse(slow).checkpointIntervalMillis()).isEqualTo(12_000);
    assertThat(SettingsFile.parse(minimal()).checkpointIntervalMillis()).isEqualTo(5000);
  }

  @Test
  void aFieldThisImageDoesNotKnowIsRefused() throws IOException {
    String json = minimal().replace("\"engine\" :", "\"windows\" : 3, \"engine\" :");
    refused(json, "windows");
  }

  @Test
  void anotherContractIsRefused() throws IOException {
    refused(minimal().replace("\"contract\" : 1", "\"contract\" : 2"), "contract is 2");
  }

  @Test
  void anEngineThisImageDoesNotHaveIsRefused() throws IOException {
    refused(minimal().replace("\"DStream\"", "\"Continuous\""), "definition.engine");
  }

  @Test
  void noRateIsRefused() throws IOException {
    refused(
        minimal().replace("\"maxRatePerPartition\" : 10000", "\"maxRatePerPartition\" : 0"),
        "maxRatePerPartition");
  }

  private static void refused(String json, String sentence) {
    assertThatThrownBy(() -> SettingsFile.parse(json))
        .isInstanceOfSatisfying(
            Trouble.class, t -> assertThat(t.reason()).isEqualTo(Reason.InvalidSettings))
        .hasMessageContaining(sentence);
  }

  private static String minimal() throws IOException {
    return Files.readString(CONTRACT.resolve("minimal.json"));
  }
}
