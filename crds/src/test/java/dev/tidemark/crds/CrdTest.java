package dev.tidemark.crds;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CrdTest {
  private static final String DIRECTORY = "helm/tidemark/files/crds/";

  enum Kind {
    STREAMING_JOB,
    STREAMING_JOB_BACKUP;

    GeneratedCrd crd() {
      return this == STREAMING_JOB ? GeneratedCrd.JOB : GeneratedCrd.BACKUP;
    }

    String reference() {
      return this == STREAMING_JOB ? "api.md" : "backup-api.md";
    }
  }

  @ParameterizedTest
  @EnumSource
  void committedCrdIsTheGeneratedOne(Kind kind) throws IOException {
    Golden.check(
        DIRECTORY + kind.crd().crd().getMetadata().getName() + "-v1.yml", kind.crd().yaml());
  }

  @ParameterizedTest
  @EnumSource
  void apiReferenceIsTheGeneratedOne(Kind kind) throws IOException {
    Golden.check("docs/reference/" + kind.reference(), ApiReference.markdown(kind.crd()));
  }

  @Test
  void crdFitsIntoTheAnnotationOfKubectlApply() {
    assertThat(GeneratedCrd.JOB.yaml().getBytes(StandardCharsets.UTF_8))
        .hasSizeLessThan(256 * 1024);
  }

  @Test
  void everyLeafOfTheSpecIsInExactlyOneClass() {
    assertThat(FieldClass.byPath().keySet())
        .isEqualTo(new TreeSet<>(GeneratedCrd.JOB.specLeaves().keySet()));
  }

  @ParameterizedTest
  @EnumSource
  void everyFieldOfTheSpecIsDescribed(Kind kind) {
    List<String> mute = new ArrayList<>();
    walk(
        "spec",
        kind.crd().schema().getProperties().get("spec"),
        (path, schema) -> {
          if (schema.getDescription() == null && !path.endsWith("[]")) {
            mute.add(path);
          }
        });
    assertThat(mute).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void everyStringListAndMapOfTheSpecIsBounded(Kind kind) {
    List<String> unbounded = new ArrayList<>();
    walk(
        "spec",
        kind.crd().schema().getProperties().get("spec"),
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

  @ParameterizedTest
  @EnumSource
  void noRuleIsSaidTwice(Kind kind) {
    walk(
        "spec",
        kind.crd().schema().getProperties().get("spec"),
        (path, schema) ->
            assertThat(schema.getXKubernetesValidations()).as(path).doesNotHaveDuplicates());
  }

  @ParameterizedTest
  @EnumSource
  void everyRuleHasAMessage(Kind kind) {
    walk(
        "",
        kind.crd().schema(),
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
