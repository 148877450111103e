package dev.tidemark.operator.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.operator.core.ProgressSeen;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Instant;
import java.util.Optional;

/**
 * The driver's report in its Lease.
 *
 * @param seen what the decider needs of it
 * @param json the report itself, for the figures in the status
 */
record LeaseReader(ProgressSeen seen, JsonNode json) {

  static Optional<LeaseReader> read(Lease lease) {
    if (lease == null || lease.getMetadata().getAnnotations() == null) {
      return Optional.empty();
    }
    String text = lease.getMetadata().getAnnotations().get(Labels.PROGRESS);
    if (text == null) {
      return Optional.empty();
    }
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      return json.isObject()
          ? Optional.of(new LeaseReader(seen(json, lease), json))
          : Optional.empty();
    } catch (JsonProcessingException unreadable) {
      return Optional.empty();
    }
  }

  private static ProgressSeen seen(JsonNode json, Lease lease) {
    Instant renewed =
        lease.getSpec() == null || lease.getSpec().getRenewTime() == null
            ? null
            : lease.getSpec().getRenewTime().toInstant();
    JsonNode restarts = json.path("restarts");
    return new ProgressSeen(
        json.path("attempt").asInt(0),
        situation(json.path("situation").asText("")),
        json.path("reason").asText(""),
        json.path("message").asText(""),
        renewed,
        PodReader.instant(text(json, "lastCommitAt")),
        json.path("totals").path("batches").asLong(0),
        json.path("lag").asLong(0) == 0 && json.path("batch").path("records").asLong(0) == 0,
        PodReader.instant(text(json.path("checkpoint"), "time")),
        json.path("checkpoint").path("behind").asBoolean(false),
        restarts.path("inJvm").asInt(0) + restarts.path("inPod").asInt(0));
  }

  static String text(JsonNode json, String field) {
    return json.path(field).isTextual() ? json.path(field).asText() : null;
  }

  private static ProgressSeen.Situation situation(String word) {
    return switch (word) {
      case "Starting" -> ProgressSeen.Situation.STARTING;
      case "Recovering" -> ProgressSeen.Situation.RECOVERING;
      case "Running" -> ProgressSeen.Situation.RUNNING;
      case "Waiting" -> ProgressSeen.Situation.WAITING;
      case "Stopping" -> ProgressSeen.Situation.STOPPING;
      default -> ProgressSeen.Situation.UNKNOWN;
    };
  }
}
