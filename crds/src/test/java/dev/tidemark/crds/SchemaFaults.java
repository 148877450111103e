package dev.tidemark.crds;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a value does not fit a structural schema: unknown and missing fields, types, enums, sizes.
 * As strict as an API server with {@code fieldValidation=Strict}, but without patterns and rules.
 */
final class SchemaFaults {
  private final List<String> faults = new ArrayList<>();

  /** One line for each fault; none when the value fits. */
  List<String> of(String path, JSONSchemaProps schema, JsonNode value) {
    look(path, schema, value);
    return List.copyOf(faults);
  }

  private void look(String path, JSONSchemaProps schema, JsonNode value) {
    if (!ofType(schema.getType(), value)) {
      faults.add(path + " is no " + schema.getType());
      return;
    }
    if (schema.getEnum() != null
        && !schema.getEnum().isEmpty()
        && !schema.getEnum().contains(value)) {
      faults.add(path + " is " + value);
    }
    int length = value.asText().length();
    if (value.isTextual() && !within(length, schema.getMinLength(), schema.getMaxLength())) {
      faults.add(path + " has " + length + " characters");
    }
    if (value.isArray()) {
      items(path, schema, value);
    } else if (value.isObject()) {
      fields(path, schema, value);
    }
  }

  private void items(String path, JSONSchemaProps schema, JsonNode list) {
    if (!within(list.size(), schema.getMinItems(), schema.getMaxItems())) {
      faults.add(path + " has " + list.size() + " items");
    }
    for (int i = 0; i < list.size(); i++) {
      look(path + "[" + i + "]", schema.getItems().getSchema(), list.get(i));
    }
  }

  private void fields(String path, JSONSchemaProps schema, JsonNode object) {
    if (schema.getRequired() != null) {
      schema.getRequired().stream()
          .filter(name -> !object.hasNonNull(name))
          .forEach(name -> faults.add(path + "." + name + " is missing"));
    }
    for (var field : object.properties()) {
      String child = path + "." + field.getKey();
      JSONSchemaProps known =
          schema.getProperties() == null ? null : schema.getProperties().get(field.getKey());
      if (known != null) {
        look(child, known, field.getValue());
      } else if (schema.getAdditionalProperties() != null) {
        look(child, schema.getAdditionalProperties().getSchema(), field.getValue());
      } else if (!Boolean.TRUE.equals(schema.getXKubernetesPreserveUnknownFields())) {
        faults.add(child + " is unknown");
      }
    }
  }

  private static boolean ofType(String type, JsonNode value) {
    return switch (type) {
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "number" -> value.isNumber();
      case "boolean" -> value.isBoolean();
      case "array" -> value.isArray();
      case "object" -> value.isObject();
      default -> throw new IllegalArgumentException(type);
    };
  }

  private static boolean within(int size, Long least, Long most) {
    return (least == null || size >= least) && (most == null || size <= most);
  }
}
