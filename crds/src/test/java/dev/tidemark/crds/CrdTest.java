package dev.tidemark.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class CrdTest {
  static final String FILE = "helm/tidemark/files/crds/streamingjobs.tidemark.dev-v1.yml";

  @Test
  void committedCrdIsTheGeneratedOne() throws IOException {
    Golden.check(FILE, GeneratedCrd.yaml());
  }

  @Test
  void apiReferenceIsTheGeneratedOne() throws IOException {
    Golden.check("docs/reference/api.md", ApiReference.markdown());
  }

  @Test
  void crdFitsIntoTheAnnotationOfKubectlApply() {
    assertThat(GeneratedCrd.yaml().getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(256 * 1024);
  }

  @Test
  void everyLeafOfTheSpecIsInExactlyOneClass() {
    assertThat(FieldClass.byPath().keySet())
        .isEqualTo(new TreeSet<>(GeneratedCrd.specLeaves().keySet()));
  }

  @Test
  void everyFieldOfTheSpecIsDescribed() {
    List<String> mute = new ArrayList<>();
    walk(
        "spec",
        GeneratedCrd.schema().getProperties().get("spec"),
        (path, schema) -> {
          if (schema.getDescription() == null && !path.endsWith("[]")) {
            mute.add(path);
          }
        });
    assertThat(mute).isEmpty();
  }

  @Test
  void everyStringListAndMapOfTheSpecIsBounded() {
    List<String> unbounded = new ArrayList<>();
    walk(
        "spec",
        GeneratedCrd.schema().getProperties().get("spec"),
        (path, schema) -> {
          boolean bounded =
              switch (schema.getType()) {
                case "string" ->
                    schema.getMaxLength() != null
                        || (schema.getEnum() != null && !schema.getEnum().isEmpty())
                        || "date-time".equals(schema.getFormat());
                case "array" -> schema.getMaxItems() != null;
                case "object" ->
                    schema.getAdditionalProperties() == null || schema.getMaxProperties() != null;
                default -> true;
              };
          if (!bounded) {
            unbounded.add(path);
          }
        });
    assertThat(unbounded).isEmpty();
  }

  @Test
  void noRuleIsSaidTwice() {
    walk(
        "spec",
        GeneratedCrd.schema().getProperties().get("spec"),
        (path, schema) ->
            assertThat(schema.getXKubernetesValidations()).as(path).doesNotHaveDuplicates());
  }

  @Test
  void everyRuleHasAMessage() {
    walk(
        "",
        GeneratedCrd.schema(),
        (path, schema) ->
            assertThat(schema.getXKubernetesValidations())
                .as(path)
                .allSatisfy(
                    rule -> assertThat(rule.getMessage()).isNotBlank().hasSizeLessThan(2048)));
  }

  private static void walk(
      String path,
      JSONSchemaProps schema,
      java.util.function.BiConsumer<String, JSONSchemaProps> visit) {
    visit.accept(path, schema);
    if (schema.getProperties() != null) {
      schema.getProperties().forEach((name, child) -> walk(path + "." + name, child, visit));
    }
    if (schema.getItems() != null && schema.getItems().getSchema() != null) {
      walk(path + "[]", schema.getItems().getSchema(), visit);
    }
    if (schema.getAdditionalProperties() != null
        && schema.getAdditionalProperties().getSchema() != null) {
      walk(path + "[]", schema.getAdditionalProperties().getSchema(), visit);
    }
  }
}
