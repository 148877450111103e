package dev.tidemark.operator.kubernetes.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.operator.core.DriverPlan;
import dev.tidemark.operator.core.ProgressSeen;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import java.time.Instant;
import java.util.Optional;

/**
 * The driver's report in its Lease.
 *
 * @param seen what the decider needs of it
 * @param json the report itself, for the figures in the status
 */
public record LeaseReader(ProgressSeen seen, JsonNode json) {

  public static Optional<LeaseReader> read(Lease lease) {
    String text = Labels.annotation(lease, Labels.PROGRESS);
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

  /** Tells the attempt to begin: a change of the Lease that is heard at once. */
  public static String turn(int attempt, DriverPlan.Previous previous) {
    ObjectNode turn = Json.MAPPER.createObjectNode().put("attempt", attempt);
    if (previous != null) {
      turn.put("reason", previous.reason()).put("endedAt", previous.endedAt().toString());
    }
    ObjectNode change = Json.MAPPER.createObjectNode();
    change.withObject("/metadata/labels").put(Labels.IDLE, "false");
    change.withObject("/metadata/annotations").put(Labels.TURN, turn.toString());
    return change.toString();
  }

  /** The attempt that was last told to begin; 0 for none. */
  public static int turn(Lease lease) {
    try {
      String text = Labels.annotation(lease, Labels.TURN);
      return text == null ? 0 : Json.MAPPER.readTree(text).path("attempt").asInt(0);
    } catch (JsonProcessingException unreadable) {
      return 0;
    }
  }

  /** The attempt that says it waits and is ready; 0 for none. */
  static int standingBy(Lease lease) {
    String text = Labels.annotation(lease, Labels.STANDING_BY);
    return text != null && text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
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
        Json.instant(text(json, "lastCommitAt")),
        json.path("totals").path("batches").asLong(0),
        json.path("lag").asLong(0) == 0 && json.path("batch").path("records").asLong(0) == 0,
        Json.instant(text(json.path("checkpoint"), "time")),
        json.path("checkpoint").path("behind").asBoolean(false),
        restarts.path("inJvm").asInt(0) + restarts.path("inPod").asInt(0));
  }

  public static String text(JsonNode json, String field) {
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
