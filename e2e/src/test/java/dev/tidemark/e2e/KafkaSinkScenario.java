package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Program;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import dev.tidemark.e2e.serial.Serial;
import dev.tidemark.e2e.serial.Windows;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Results into a topic, looked at by a reader of committed records. */
@ExtendWith(Stage.class)
class KafkaSinkScenario {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  @Tag("gate")
  void rowsAfterKillsLocal(Scene scene) {
    rowsAfterKills(scene, scene.manifest(Mode.LOCAL));
  }

  @Test
  void rowsAfterKillsWithTwoExecutors(Scene scene) {
    Job job = rowsAfterKills(scene, scene.manifest(Mode.TWO_EXECUTORS));
    String log = scene.cluster().client().pods().resource(job.driver()).getLog();
    assertThat(log)
        .as("the log of a driver whose executors write one partition in turns")
        .contains("first commit")
        .doesNotContain("Lost task");
  }

  @Test
  void rowsByStructuredStreaming(Scene scene) {
    rowsAfterKills(scene, scene.manifest(Mode.LOCAL).structured());
  }

  private static Job rowsAfterKills(Scene scene, Manifest manifest) {
    Topic results = scene.addTopic("results");
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(manifest.set("sink", into(results)));
    job.awaitReady(Play.START);
    awaitMore(results);
    strike(scene, results, () -> scene.faults().killJvm(job.driver()));
    strike(scene, results, () -> scene.faults().killPod(job.driver()));
    job.awaitReady(Play.RECOVER);
    endsExact(scene, feeder, results);
    return job;
  }

  /** Frozen with a transaction open, perhaps, until its successor has committed. */
  @Test
  void aDriverThatWasFrozen(Scene scene) {
    Topic results = scene.addTopic("results");
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("sink", into(results)));
    job.awaitReady(Play.START);
    awaitMore(results);
    Successor.beside(scene, job, () -> awaitMore(results));
    endsExact(scene, feeder, results);
  }

  /** The newest record of a key is its result, and no result goes back. */
  @Test
  void runningTotals(Scene scene) {
    runningTotals(scene, scene.manifest(Mode.TWO_EXECUTORS));
  }

  @Test
  void runningTotalsByStructuredStreaming(Scene scene) {
    runningTotals(scene, scene.manifest(Mode.LOCAL).structured());
  }

  private static void runningTotals(Scene scene, Manifest manifest) {
    Program totals = Programs.totals();
    Topic results = scene.addTopic("results");
    Records records = new Records(CountingPlay.KEYS);
    Feeder feeder =
        scene.feed(Play.RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
    Job job =
        scene.apply(
            manifest
                .set("filter", totals.filter())
                .set("select", totals.select())
                .set("aggregate.groupBy", totals.groupBy())
                .set("aggregate.compute", totals.compute())
                .set("sink", into(results)));
    job.awaitReady(Play.START);
    awaitMore(results);
    strike(scene, results, () -> scene.faults().killJvm(job.driver()));
    strike(scene, results, () -> scene.faults().killPod(job.driver()));
    job.awaitReady(Play.RECOVER);
    feeder.close();
    List<Event> events = scene.topic().dump();
    Map<Integer, Long> end = Event.ends(events);
    Serial run = Serial.run(events, List.of(new Serial.Chapter(totals, Map.of())), end);
    Awaitility.await("the results of the last records")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(run.differences(newest(results), true)).isEmpty());
  }

  /** A window's newest record is its result; one that is final does not change any more. */
  @Test
  void slidingWindowsAfterKills(Scene scene) {
    Program windows = Programs.inWindows(new Windows(9_000, 3_000, 1_000));
    Topic results = scene.addTopic("results");
    Records records = new Records(CountingPlay.KEYS);
    Feeder feeder =
        scene.feed(Play.RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
    Counting counting = new Counting(scene.infra(), scene.id(), scene.topic(), windows);
    Job job = scene.apply(counting.in(scene.manifest(Mode.LOCAL)).set("sink", into(results)));
    job.awaitReady(Play.START);
    awaitMore(results);
    strike(scene, results, () -> scene.faults().killJvm(job.driver()));
    strike(scene, results, () -> scene.faults().killPod(job.driver()));
    job.awaitReady(Play.RECOVER);
    feeder.close();
    List<Event> events = scene.topic().dump();
    Serial run =
        Serial.run(events, List.of(new Serial.Chapter(windows, Map.of())), Event.ends(events));
    Awaitility.await("the results of the last records")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(run.differences(windows(results), true)).isEmpty());
  }

  /** Of each window the newest record: group, start, whether it is final, measures. */
  private static List<List<String>> windows(Topic results) {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    for (Event event : results.dump()) {
      JsonNode now = json(event.value());
      JsonNode before = newest.put(event.key(), now);
      if (before != null && before.get("is_final").asBoolean()) {
        assertThat(now).as("a final result, at %s", event.place()).isEqualTo(before);
      }
    }
    return newest.values().stream()
        .map(
            row ->
                Arrays.asList(
                    text(row.get("g0")),
                    Long.toString(Instant.parse(row.get("window_start").asText()).toEpochMilli()),
                    row.get("is_final").asText(),
                    text(row.get("m0")),
                    text(row.get("m1"))))
        .toList();
  }

  /** The ledger moves from the database to the group and back. */
  @Test
  void fromATableToATopicAndBack(Scene scene) {
    Topic results = scene.addTopic("results");
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    job.patch(
        "{\"spec\": {\"sink\": {\"jdbc\": null, \"kafka\": {\"topic\": \"%s\"}}}}"
            .formatted(results.name()));
    awaitMore(results);
    long rows = scene.table().count();
    scene.faults().killJvm(job.driver());
    awaitMore(results);
    assertThat(scene.table().count()).as("rows of the former sink").isEqualTo(rows);
    job.patch(
        """
        {"spec": {"sink": {"kafka": null, "jdbc": {"url": "%s", "table": "important_events",
          "credentialsSecretRef": {"name": "pg"}}}}}"""
            .formatted(Infra.jdbcUrl(scene.id())));
    scene.awaitRows(rows + 1, Play.START);
    job.awaitReady(Play.RECOVER);
    feeder.close();
    scene.end(Play.RECOVER, "important end of " + scene.id());
    List<List<String>> all =
        new ArrayList<>(scene.table().rows("value", "kafka_partition", "kafka_offset"));
    all.addAll(rows(results));
    Play.assertExact(
        scene, scene.judged(Judge.compare(scene.topic().dump(), Rule.importantWithPlace(), all)));
  }

  /** What does not fit is said before anything is written, and heals. */
  @Test
  void aTopicThatIsNotThereAndAFormatThatDoesNotFit(Scene scene) {
    Topic results = new Topic(scene.infra().kafka(), scene.id() + "-late");
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .set("sink", Map.of("kafka", Map.of("topic", results.name(), "format", "Text"))));
    Job.Condition text = job.awaitCondition("Stalled", "True", Play.START, "InvalidSelect");
    assertThat(text.message()).contains("sink.kafka.format", "kafka_offset");
    job.patch("{\"spec\": {\"sink\": {\"kafka\": {\"format\": \"Json\"}}}}");
    Job.Condition missing = job.awaitCondition("Stalled", "True", Play.START, "TopicNotFound");
    assertThat(missing.message()).contains("sink.kafka.topic " + results.name());
    Topic made = scene.addTopic("late");
    job.awaitReady(Play.START);
    awaitMore(made);
    endsExact(scene, feeder, made);
  }

  /** Before the job began, and while it runs. */
  @Test
  void aTopicThatMayNotBeWritten(Scene scene) {
    Topic results = scene.addTopic("results");
    try (KafkaUser user = new KafkaUser(scene.infra().kafka(), scene.id(), "secret")) {
      EncryptedScenario.login(scene, user.login("secret"));
      user.refuse(results, AclOperation.WRITE);
      Feeder feeder = scene.feed(Play.RATE);
      Job job =
          scene.apply(
              EncryptedScenario.encrypted(scene, Mode.LOCAL)
                  .set("source.caSecretRef.name", Cluster.AUTHORITY)
                  .set("sink", into(results)));
      Job.Condition refused =
          job.awaitCondition("Stalled", "True", Play.START, "SinkPermissionDenied");
      assertThat(refused.message()).contains(results.name(), "WRITE");
      user.allow();
      job.awaitReady(Play.START);
      awaitMore(results);

      user.refuse(results, AclOperation.WRITE);
      Job.Condition denied =
          job.awaitCondition("Ready", "False", Play.RECOVER, "KafkaAccessDenied");
      assertThat(denied.message()).contains(results.name());
      user.allow();
      job.awaitReady(Play.RECOVER);
      awaitMore(results);
      endsExact(scene, feeder, results);
    }
  }

  /** The group has the job's name, so the job is found in it when its owner record is gone. */
  @Test
  void theWholePathIsGone(Scene scene) {
    Topic results = scene.addTopic("results");
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("sink", into(results)));
    job.awaitReady(Play.START);
    awaitMore(results);
    job.suspend(Play.RECOVER);
    assertThat(scene.deleteObjects("")).isPositive();
    Play.resumesFromLedger(job);
    awaitMore(results);
    endsExact(scene, feeder, results);
  }

  private static Map<String, Object> into(Topic topic) {
    return Map.of("kafka", Map.of("topic", topic.name()));
  }

  private static void awaitMore(Topic results) {
    int before = results.dump().size();
    Awaitility.await("more records in " + results.name())
        .atMost(Play.START)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> results.dump().size() > before);
  }

  private static void strike(Scene scene, Topic results, Supplier<Instant> fault) {
    Instant struck = fault.get();
    awaitMore(results);
    scene.recovered(Duration.between(struck, Instant.now()).toMillis() / 1000.0);
  }

  private static void endsExact(Scene scene, Feeder feeder, Topic results) {
    feeder.close();
    Map<Integer, Long> last =
        Feeder.writeToEach(scene.topic(), Scene.PARTITIONS, "important end of " + scene.id());
    Awaitility.await("the last records of each partition")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              Collection<List<String>> rows = rows(results);
              return last.entrySet().stream()
                  .allMatch(
                      end ->
                          rows.stream()
                              .anyMatch(
                                  row ->
                                      row.get(1).equals(end.getKey().toString())
                                          && row.get(2).equals(end.getValue().toString())));
            });
    Verdict verdict =
        scene.judged(Judge.compare(scene.topic().dump(), Rule.importantWithPlace(), rows(results)));
    assertThat(verdict.expected()).isPositive();
    assertThat(verdict.exact()).as(verdict.toString()).isTrue();
  }

  /** All records, their columns in the order of the select. */
  private static List<List<String>> rows(Topic results) {
    return results.dump().stream().map(event -> columns(event.value())).toList();
  }

  /** Of each key the newest; no count may go back. */
  private static List<List<String>> newest(Topic results) {
    Map<String, List<String>> newest = new LinkedHashMap<>();
    for (Event event : results.dump()) {
      List<String> now = columns(event.value());
      List<String> before = newest.put(String.valueOf(event.key()), now);
      if (before != null) {
        assertThat(Long.parseLong(now.get(1)))
            .as("the count of %s at %s", event.key(), event.place())
            .isGreaterThan(Long.parseLong(before.get(1)));
      }
    }
    return List.copyOf(newest.values());
  }

  private static List<String> columns(String value) {
    List<String> columns = new ArrayList<>();
    for (JsonNode column : (Iterable<JsonNode>) json(value)::elements) {
      columns.add(text(column));
    }
    return columns;
  }

  private static String text(JsonNode column) {
    return column.isNull() ? null : column.asText();
  }

  private static JsonNode json(String value) {
    try {
      return JSON.readTree(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no JSON: " + value, e);
    }
  }
}
