package dev.tidemark.operator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class ReasonTest {
  @Test
  void theDriversReasonsAreThoseOfTheContract() throws IOException {
    Map<String, String> contract =
        Files.readAllLines(Path.of("../contract/reasons.tsv")).stream()
            .skip(1)
            .filter(line -> !line.isBlank())
            .map(line -> line.split("\t", -1))
            .collect(Collectors.toMap(c -> c[0], c -> c[1], (a, b) -> a, TreeMap::new));
    Map<String, String> ours =
        Arrays.stream(Reason.values())
            .filter(r -> r.kind() != Reason.Kind.OPERATOR)
            .collect(
                Collectors.toMap(
                    Enum::name,
                    r -> r.kind().name().toLowerCase(Locale.ROOT),
                    (a, b) -> a,
                    TreeMap::new));
    assertThat(ours).isEqualTo(contract);
  }

  @Test
  void aReasonOfANewerDriverIsAFailureLikeAnyOther() {
    assertThat(Reason.kindOf("SomethingNew")).isEqualTo(Reason.Kind.FAILURE);
  }

  @Test
  void theRunbookHasAnEntryForEachReason() throws IOException {
    String runbook = Files.readString(Path.of("../docs/runbook.md"));
    assertThat(Arrays.stream(Reason.values()).map(Enum::name))
        .allSatisfy(reason -> assertThat(runbook).containsPattern("\\b" + reason + "\\b"));
  }
}
