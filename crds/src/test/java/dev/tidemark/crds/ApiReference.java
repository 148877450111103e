package dev.tidemark.crds;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The API as a page for people, made from the schema. */
final class ApiReference {
  private final StringBuilder page = new StringBuilder();

  private final GeneratedCrd crd;

  private ApiReference(GeneratedCrd crd) {
    this.crd = crd;
  }

  static String markdown(GeneratedCrd crd) {
    return new ApiReference(crd).whole();
  }

  private String whole() {
    String kind = crd.crd().getSpec().getNames().getKind();
    page.append(
        """
        # API reference: %s

        <!-- Generated from the Java types in crds/ by `make crds`: change those, not this file. -->

        `apiVersion: tidemark.dev/v1alpha1`, `kind: %s`, short name `%s`. The same text is in the cluster:
        `kubectl explain %s.spec`.

        """
            .formatted(
                kind,
                kind,
                crd.crd().getSpec().getNames().getShortNames().get(0),
                kind.toLowerCase(Locale.ROOT)));
    JSONSchemaProps root = crd.schema();
    page.append(root.getDescription()).append("\n\n");
    if (crd == GeneratedCrd.JOB) {
      page.append(
          """
          The column *Change* says what a change of the field does:

          | Change | What happens |
          |---|---|
          | live | takes effect at once; no pod is touched |
          | roll | a new driver pod, which goes on with the same revision and the same state |
          | revision | judged by a check run first; once accepted, a new revision goes on where the old one ended |
          | never | refused |

          """);
    }
    page.append(
        "Fields in **bold** are required. A manifest that breaks a rule is refused by the API server with the rule's"
            + " sentence.\n");
    rules("of every " + kind, root);
    object("spec", root.getProperties().get("spec"), crd == GeneratedCrd.JOB);
    object("status", root.getProperties().get("status"), false);
    return page.toString();
  }

  private void object(String path, JSONSchemaProps object, boolean spec) {
    page.append("\n## ").append(path).append("\n\n");
    if (object.getDescription() != null) {
      page.append(object.getDescription()).append("\n\n");
    }
    page.append(
        spec ? "| Field | Type | Default | Change | Description |\n|---|---|---|---|---|\n" : "");
    page.append(spec ? "" : "| Field | Type | Description |\n|---|---|---|\n");
    List<String> inner = new ArrayList<>();
    object
        .getProperties()
        .forEach(
            (name, field) -> {
              boolean required =
                  object.getRequired() != null && object.getRequired().contains(name);
              String child = path + "." + name;
              boolean nested = properties(field) != null;
              if (nested) {
                inner.add(name);
              }
              List<String> cells = new ArrayList<>();
              cells.add(required ? "**`" + name + "`**" : "`" + name + "`");
              cells.add(nested ? "[" + type(field) + "](#" + anchor(child) + ")" : type(field));
              if (spec) {
                cells.add(field.getDefault() == null ? "" : "`" + text(field.getDefault()) + "`");
                cells.add(change(child.substring("spec.".length())));
              }
              cells.add(field.getDescription() == null ? "" : field.getDescription());
              page.append(
                  cells.stream()
                      .map(ApiReference::cell)
                      .collect(Collectors.joining(" | ", "| ", " |\n")));
            });
    rules("of `" + path + "`", object);
    inner.forEach(
        name -> object(path + "." + name, properties(object.getProperties().get(name)), spec));
  }

  private void rules(String of, JSONSchemaProps schema) {
    List<ValidationRule> rules = schema.getXKubernetesValidations();
    if (rules == null || rules.isEmpty()) {
      return;
    }
    page.append("\nRules ").append(of).append(":\n\n");
    rules.forEach(rule -> page.append("- ").append(rule.getMessage()).append('\n'));
  }

  /** The object with fields behind a field: itself, or the items of a list. */
  private static JSONSchemaProps properties(JSONSchemaProps field) {
    JSONSchemaProps object =
        field.getItems() != null && field.getItems().getSchema() != null
            ? field.getItems().getSchema()
            : field;
    return object.getProperties() == null || object.getProperties().isEmpty() ? null : object;
  }

  private static String change(String path) {
    FieldClass fieldClass = FieldClass.byPath().get(path);
    if (path.equals("checkpoint.path")) {
      return "never";
    }
    return fieldClass == null ? "" : fieldClass.name().toLowerCase(Locale.ROOT);
  }

  private static String type(JSONSchemaProps field) {
    if (field.getEnum() != null && !field.getEnum().isEmpty()) {
      return field.getEnum().stream()
          .map(value -> "`" + value.asText() + "`")
          .collect(Collectors.joining(", "));
    }
    if ("array".equals(field.getType())) {
      return "list of " + type(field.getItems().getSchema());
    }
    if (field.getAdditionalProperties() != null
        && field.getAdditionalProperties().getSchema() != null) {
      return "map of " + type(field.getAdditionalProperties().getSchema());
    }
    return "date-time".equals(field.getFormat()) ? "time" : field.getType();
  }

  private static String text(JsonNode value) {
    return value.isValueNode() ? value.asText() : value.toString();
  }

  private static String anchor(String path) {
    return path.replace(".", "").toLowerCase(Locale.ROOT);
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;");
  }
}
