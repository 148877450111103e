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
    assertThat(settings.definition().source().topics()).isNotEmpty();
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
    refused(minimal().replace("\"DStream\"", "\"StructuredStreaming\""), "definition.engine");
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
