package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** The API server itself judges manifests: what it takes, what it refuses, and with which words. */
@Tag("gate")
class CrdScenario {
  private static final Path CASES = Path.of("src/test/resources/crd");
  private static final Path EXAMPLES = Path.of("../examples");
  private static final String EXPECT = "# expect:";

  @TestFactory
  Stream<DynamicTest> manifests() throws IOException {
    Cluster cluster = Cluster.connect();
    List<Path> cases = new ArrayList<>(in(CASES));
    assertThat(cases).isNotEmpty();
    cases.addAll(in(EXAMPLES));
    return cases.stream()
        .map(
            file ->
                DynamicTest.dynamicTest(file.getFileName().toString(), () -> judge(cluster, file)))
        .onClose(cluster::close);
  }

  private static List<Path> in(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private static void judge(Cluster cluster, Path file) throws IOException {
    String yaml = Files.readString(file);
    String name = file.getFileName().toString();
    if (!name.startsWith("invalid-")) {
      assertThatCode(() -> tryOut(cluster, yaml)).as(name).doesNotThrowAnyException();
      return;
    }
    String expected =
        yaml.lines()
            .filter(line -> line.startsWith(EXPECT))
            .findFirst()
            .orElseThrow()
            .substring(EXPECT.length());
    assertThatThrownBy(() -> tryOut(cluster, yaml))
        .as(name)
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(expected.strip());
  }

  private static void tryOut(Cluster cluster, String yaml) {
    GenericKubernetesResource object =
        Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    cluster
        .client()
        .resource(object)
        .inNamespace("default")
        .dryRun()
        .fieldValidation(FieldValidateable.Validation.STRICT)
        .create();
  }
}
