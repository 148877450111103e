package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Values that are read by a schema of the manifest, and some that do not fit it. */
@ExtendWith(Stage.class)
class ValueScenario {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> SELECT =
      List.of(
          "upper(data.user.name) AS value",
          "partition AS kafka_partition",
          "offset AS kafka_offset");

  @Test
  void jsonSomeOfWhichDoesNotFit(Scene scene) throws Exception {
    Feeder feeder = scene.feed(Play.RATE, (number, random) -> json(number));
    Manifest manifest =
        scene
            .manifest(Mode.LOCAL)
            .set("source.value", Map.of("format", "Json", "schema", "n BIGNUM"))
            .set("source.onMalformed", "DeadLetter")
            .set("filter", "data.n % 3 = 0")
            .set("select", SELECT);
    Job job = scene.apply(manifest);
    Job.Condition refused = job.awaitCondition("Stalled", "True", Play.START, "InvalidSchema");
    assertThat(refused.message()).contains("BIGNUM");
    job.patch(
        "{\"spec\": {\"source\": {\"value\": {\"schema\": \"n BIGINT, user STRUCT<name: STRING>\"}}}}");
    job.awaitReady(Play.START);
    scene.awaitMoreRows(Play.START);
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    feeder.close();
    scene.end(Play.RECOVER, "{\"n\": 0, \"user\": {\"name\": \"end\"}}");

    Play.assertExact(scene, scene.judge(rule(ValueScenario::number, ValueScenario::name)));
    long broken =
        scene.topic().dump().stream().filter(event -> number(event.value()) == null).count();
    assertThat(broken).isPositive();
    assertThat(scene.table().ask("SELECT count(*)::text FROM tidemark_dead_letters"))
        .containsExactly(Long.toString(broken));
  }

  /** Every value has the frame of a schema registry; two of its bytes are its fields' lengths. */
  @Test
  void avroAsARegistrysSerializersWriteIt(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE, (number, random) -> avro((int) (number % 60)));
    String schema =
        """
        {"type": "record", "name": "Seen", "fields": [
          {"name": "n", "type": "long"},
          {"name": "user", "type": {"type": "record", "name": "User", "fields": [
            {"name": "name", "type": ["null", "string"]}]}}]}
        """;
    Manifest manifest =
        scene
            .manifest(Mode.TWO_EXECUTORS)
            .set(
                "source.value",
                Map.of("format", "Avro", "schema", schema, "framing", "SchemaRegistry"))
            .set("filter", "data.n % 3 = 0")
            .set("select", SELECT);
    Job job = Play.started(scene, manifest);
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    feeder.close();
    scene.end(Play.RECOVER, avro(0));
    Function<String, Long> number = value -> value.charAt(5) / 2L;
    Play.assertExact(
        scene, scene.judge(rule(number, value -> value.substring(8, 8 + value.charAt(7) / 2))));
  }

  /** A key, and what a header says of the value, beside the value itself. */
  @Test
  void keysAndHeaders(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    String header =
        "CAST(filter(headers, h -> h.key = '" + Feeder.HEADER + "')[0].value AS STRING)";
    Manifest manifest =
        scene
            .manifest(Mode.LOCAL)
            .set("filter", "key IS NOT NULL AND size(headers) = 1")
            .set(
                "select",
                List.of(
                    "concat_ws(' ', key, " + header + ") AS value",
                    "partition AS kafka_partition",
                    "offset AS kafka_offset"));
    Job job = Play.started(scene, manifest);
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    feeder.close();
    Map<Integer, Long> ends = Event.ends(scene.topic().dump());
    Awaitility.await("the end of the topic")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> scene.table().ledger(scene.topic()).equals(ends));
    Rule rule =
        new Rule(
            event -> event.key() != null,
            event -> Rule.one(event.key() + " " + Feeder.header(event.value()), Rule.at(event)));
    Play.assertExact(scene, scene.judge(rule));
  }

  private static Rule rule(Function<String, Long> number, Function<String, String> name) {
    return new Rule(
        event -> {
          Long n = number.apply(event.value());
          return n != null && n % 3 == 0;
        },
        event -> Rule.one(name.apply(event.value()).toUpperCase(Locale.ROOT), Rule.at(event)));
  }

  /** One of fifty does not fit, each time in another way. */
  private static String json(long number) {
    String good =
        "{\"n\": %d, \"user\": {\"name\": \"user %d\", \"age\": 3}}".formatted(number, number % 7);
    if (number % 50 != 7) {
      return good;
    }
    return List.of("no JSON", "{\"n\": \"many\"}", good.substring(0, 20), "[" + good + "]")
        .get((int) (number / 50 % 4));
  }

  /** Null where the value does not fit. */
  private static Long number(String value) {
    try {
      JsonNode json = JSON.readTree(value);
      return json.isObject() && json.path("n").isIntegralNumber() ? json.get("n").asLong() : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  private static String name(String value) {
    try {
      return JSON.readTree(value).path("user").path("name").asText();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * A zero byte, a schema's id, the number, the second type of the union, and the name; numbers and
   * lengths below 64 are one byte each, twice as high, so that all of it is text.
   */
  private static String avro(int number) {
    String name = "user " + number;
    return "\0\0\0\0\7" + (char) (2 * number) + "\2" + (char) (2 * name.length()) + name;
  }
}
