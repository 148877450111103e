package dev.tidemark.job.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class OutcomeContractTest {
  private static final Path CONTRACT = Path.of("..", "contract");
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void reasonsAreThoseOfTheContract() throws IOException {
    List<String> contract =
        Files.readAllLines(CONTRACT.resolve("reasons.tsv")).stream()
            .skip(1)
            .map(line -> Arrays.asList(line.split("\t")))
            .filter(row -> row.get(2).contains("driver") || row.get(2).contains("check"))
            .map(
                row ->
                    row.get(0)
                        + " "
                        + row.get(1)
                        + (row.get(3).contains("(retryable)") ? " retryable" : ""))
            .toList();
    List<String> ours =
        Arrays.stream(Reason.values())
            .map(
                r ->
                    r
                        + " "
                        + r.kind().name().toLowerCase(Locale.ROOT)
                        + (r.retryable() ? " retryable" : ""))
            .toList();
    assertThat(ours).containsExactlyInAnyOrderElementsOf(contract);
  }

  @Test
  void theGoldenStopIsWhatADriverWrites() throws IOException {
    TerminationMessage stopped =
        new TerminationMessage(
            Reason.Stopped,
            "asked to stop; batch of 2026-01-01T00:00:10Z was committed",
            false,
            null,
            2,
            5L,
            1,
            "2026-01-01T00:00:10Z",
            new Totals(1000, 500, 10));
    assertThat(JSON.readTree(stopped.json())).isEqualTo(golden("stopped.json"));
  }

  @Test
  void theGoldenRefusalIsWhatACheckRunWrites() throws IOException {
    JsonNode golden = golden("refused.json");
    TerminationMessage refused =
        TerminationMessage.of(new Trouble(Reason.InvalidFilter, golden.get("message").asText()))
            .verdict(false);
    assertThat(JSON.readTree(refused.json())).isEqualTo(golden);
  }

  @Test
  void aLongSentenceIsCutSoThatTheMessageStaysJson() throws IOException {
    String json =
        TerminationMessage.of(new Trouble(Reason.BatchFailed, "ä\"\n".repeat(5000))).json();
    assertThat(json.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(4096);
    assertThat(JSON.readTree(json).get("reason").asText()).isEqualTo("BatchFailed");
  }

  private static JsonNode golden(String name) throws IOException {
    return JSON.readTree(Files.readString(CONTRACT.resolve("termination").resolve(name)));
  }
}
