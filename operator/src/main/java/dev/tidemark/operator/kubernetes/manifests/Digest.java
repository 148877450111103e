package dev.tidemark.operator.kubernetes.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Digests of JSON that do not depend on order, white space or fields that are null. */
final class Digest {
  private static final String PREFIX = "sha256:";

  private static final int FEW = 10;

  private Digest() {}

  static String of(JsonNode json) {
    try {
      byte[] bytes = canonical(json).toString().getBytes(StandardCharsets.UTF_8);
      return PREFIX + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }

  /** The first hexadecimal digits, without the name of the algorithm. */
  static String shortened(String digest, int digits) {
    String hex = digest.startsWith(PREFIX) ? digest.substring(PREFIX.length()) : digest;
    return hex.substring(0, Math.min(digits, hex.length()));
  }

  /** A few digits that tell names of objects apart which are made after these. */
  static String ofNames(String... names) {
    return shortened(of(Json.of(List.of(names))), FEW);
  }

  private static JsonNode canonical(JsonNode json) {
    if (json.isObject()) {
      Map<String, JsonNode> sorted = new TreeMap<>();
      json.properties().stream()
          .filter(e -> !e.getValue().isNull())
          .forEach(e -> sorted.put(e.getKey(), canonical(e.getValue())));
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      sorted.forEach(object::set);
      return object;
    }
    if (json.isArray()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      json.forEach(e -> array.add(canonical(e)));
      return array;
    }
    return json;
  }
}
