package dev.tidemark.operator.kubernetes.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Merges a user's pod template over a pod: objects field by field, lists of named things
 * (containers, volumes, env, mounts) entry by entry, any other list as a whole, tolerations added.
 * Nothing is dropped: what the API server does not know, it refuses.
 */
final class Template {
  private static final Set<String> ADDED = Set.of("tolerations");

  private Template() {}

  static Pod merged(Pod pod, Map<String, Object> template) {
    if (template == null || template.isEmpty()) {
      return pod;
    }
    ObjectNode merged = Json.KUBERNETES.convertValue(pod, ObjectNode.class);
    merge(merged, Json.of(template));
    return Json.KUBERNETES.convertValue(merged, Pod.class);
  }

  private static void merge(ObjectNode into, JsonNode from) {
    from.properties()
        .forEach(
            field -> {
              JsonNode old = into.get(field.getKey());
              JsonNode next = field.getValue();
              if (old instanceof ObjectNode object && next.isObject()) {
                merge(object, next);
              } else if (old instanceof ArrayNode list && next.isArray()) {
                into.set(field.getKey(), lists(field.getKey(), list, (ArrayNode) next));
              } else {
                into.set(field.getKey(), next);
              }
            });
  }

  private static JsonNode lists(String field, ArrayNode old, ArrayNode next) {
    Optional<String> key =
        java.util.stream.Stream.of("mountPath", "name")
            .filter(k -> all(old, k) && all(next, k))
            .findFirst();
    if (ADDED.contains(field)) {
      return old.deepCopy().addAll(next);
    }
    if (key.isEmpty()) {
      return next;
    }
    ArrayNode merged = old.deepCopy();
    for (JsonNode entry : next) {
      ObjectNode same = null;
      for (JsonNode candidate : merged) {
        same =
            candidate.get(key.get()).equals(entry.get(key.get())) ? (ObjectNode) candidate : same;
      }
      if (same == null) {
        merged.add(entry);
      } else {
        merge(same, entry);
      }
    }
    return merged;
  }

  private static boolean all(ArrayNode list, String key) {
    for (JsonNode entry : list) {
      if (!entry.isObject() || !entry.has(key)) {
        return false;
      }
    }
    return true;
  }
}
