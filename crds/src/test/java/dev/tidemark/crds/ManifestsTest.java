package dev.tidemark.crds;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The manifests people are given are of this API. Rules in CEL are judged by a real API server: the
 * end-to-end scenario of the CRD tries the same files.
 */
class ManifestsTest {
  static List<Path> manifests() throws IOException {
    List<Path> all = new ArrayList<>();
    for (String directory : List.of("examples", "contract/settings")) {
      try (Stream<Path> files = Files.list(Path.of("..", directory))) {
        files.filter(file -> file.toString().endsWith(".yaml")).sorted().forEach(all::add);
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void aManifestFitsTheSchema(Path file) throws IOException {
    JsonNode manifest = Serialization.unmarshal(Files.readString(file), JsonNode.class);

    assertThat(manifest.path("apiVersion").asText()).isEqualTo("tidemark.dev/v1alpha1");
    boolean backup = manifest.path("kind").asText().equals(StreamingJobBackup.KIND);
    assertThat(faults(backup ? GeneratedCrd.BACKUP : GeneratedCrd.JOB, manifest.path("spec")))
        .isEmpty();
  }

  @Test
  void whatDoesNotFitIsFound() {
    JsonNode spec =
        Serialization.unmarshal(
            """
            source: {bootstrapServers: kafka:9092, topics: []}
            sink: {jdbc: {url: "jdbc:postgresql://pg/db", table: t, mode: Replace}}
            aggregate: {window: {length: 1, late: 3s}}
            """,
            JsonNode.class);

    assertThat(faults(GeneratedCrd.JOB, spec))
        .containsExactlyInAnyOrder(
            "spec.checkpoint is missing",
            "spec.source.topics has 0 items",
            "spec.sink.jdbc.mode is \"Replace\"",
            "spec.aggregate.compute is missing",
            "spec.aggregate.window.length is no string",
            "spec.aggregate.window.late is unknown");
  }

  private static List<String> faults(GeneratedCrd crd, JsonNode spec) {
    return new SchemaFaults().of("spec", crd.schema().getProperties().get("spec"), spec);
  }
}
