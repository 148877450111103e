package dev.tidemark.backup.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.backup.Json;
import dev.tidemark.backup.repository.Verification.Drill;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What programs are told is what the contract's examples say; the operator's tests read them too.
 */
class ReportTest {
  private static final Path CONTRACT = Path.of("../contract/backup");

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"created", "restored", "refused"})
  void theExamplesAreWhatIsWritten(String name) throws IOException {
    Path example = CONTRACT.resolve(name + ".json");
    Report report = Json.MAPPER.readValue(example.toFile(), Report.class);
    Path written = directory.resolve("report.json");
    report.write(written);
    JsonNode expected = Json.MAPPER.readTree(example.toFile());
    assertThat(Json.MAPPER.readTree(written.toFile())).isEqualTo(expected);
  }

  @Test
  void theDrillOfAnImageIsUnderstood() throws IOException {
    Path example = CONTRACT.resolve("drill.json");
    Drill drill = Json.MAPPER.readValue(example.toFile(), Drill.class);
    JsonNode expected = Json.MAPPER.readTree(example.toFile());
    assertThat(Json.MAPPER.readTree(Json.bytes(drill))).isEqualTo(expected);
  }

  @Test
  void itFitsIntoATerminationMessage() throws IOException {
    Path written = directory.resolve("report.json");
    Report.failed("StoreUnavailable", "no answer ".repeat(1000))
        .forgotten(Collections.nCopies(200, "totals-20261128t103000z"))
        .write(written);
    assertThat(Files.size(written)).isLessThanOrEqualTo(4096);
    assertThat(Json.MAPPER.readTree(written.toFile()).path("message").asText()).endsWith("…");
  }
}
