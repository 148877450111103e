package dev.tidemark.job.engine.structured;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.connector.read.streaming.Offset;

/**
 * Where a query stands: per partition the first offset that no batch up to here has read, and how
 * many batches were run for the sake of time alone. In the offset log it is JSON with keys in
 * order: {@code {"round":0,"until":{"events":{"0":17}}}}.
 */
final class TopicOffset extends Offset {
  private static final JsonMapper JSON = new JsonMapper();

  private final Map<Partition, Long> until;
  private final long round;

  /** Rounds count from 0. */
  TopicOffset(Map<Partition, Long> until, long round) {
    this.until = Map.copyOf(until);
    this.round = round;
  }

  /**
   * Reads what {@link #json} wrote.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static TopicOffset of(String json) {
    try {
      JsonNode read = JSON.readTree(json);
      if (!read.path("round").isIntegralNumber() || !read.path("until").isObject()) {
        throw new IllegalArgumentException("this is no offset of a topic: " + json);
      }
      Map<Partition, Long> until = new HashMap<>();
      read.get("until")
          .fields()
          .forEachRemaining(
              topic ->
                  topic
                      .getValue()
                      .fields()
                      .forEachRemaining(
                          at ->
                              until.put(
                                  new Partition(topic.getKey(), Integer.parseInt(at.getKey())),
                                  at.getValue().longValue())));
      return new TopicOffset(until, read.get("round").longValue());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("this is no offset of a topic: " + json, e);
    }
  }

  /** Per partition the first offset not yet read. */
  public Map<Partition, Long> until() {
    return until;
  }

  /** Batches without records so far. */
  public long round() {
    return round;
  }

  @Override
  public String json() {
    ObjectNode json = JSON.createObjectNode().put("round", round);
    ObjectNode topics = json.putObject("until");
    Map<String, TreeMap<Integer, Long>> sorted = new TreeMap<>();
    until.forEach(
        (partition, offset) ->
            sorted
                .computeIfAbsent(partition.topic(), t -> new TreeMap<>())
                .put(partition.number(), offset));
    sorted.forEach(
        (topic, partitions) -> {
          ObjectNode of = topics.putObject(topic);
          partitions.forEach((number, offset) -> of.put(Integer.toString(number), offset));
        });
    return json.toString();
  }
}
