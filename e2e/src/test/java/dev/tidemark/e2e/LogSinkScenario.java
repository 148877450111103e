package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.e2e.serial.Program;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import dev.tidemark.e2e.serial.Serial;
import io.fabric8.kubernetes.client.dsl.LogWatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** Words printed to the driver's log: what was committed is not printed again after a stop. */
@ExtendWith(Stage.class)
class LogSinkScenario {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  @SuppressWarnings("try") // the log is followed for as long as the block lasts
  void stoppedAndStartedAgain(Scene scene) throws IOException {
    Program words = Programs.wordsPerBatch();
    Records records = new Records(50);
    Feeder feeder =
        scene.feed(Play.RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
    Job job = new Job(scene.cluster().client(), scene.id(), "job");
    scene.apply(
        scene
            .manifest(Mode.LOCAL)
            .set("filter", null)
            .set("select", words.select())
            .set("aggregate.groupBy", words.groupBy())
            .set("aggregate.compute", words.compute())
            .set("aggregate.results", "PerBatch")
            .set("sink", Map.of("log", Map.of())));
    job.awaitReady(Play.START);

    ByteArrayOutputStream first = new ByteArrayOutputStream();
    try (LogWatch log = follow(scene, job, first)) {
      awaitCommitted(scene, 300);
      job.suspend(Play.RECOVER);
      Awaitility.await("its pod is removed, and its whole log is here")
          .atMost(Play.RECOVER)
          .until(() -> job.pods("driver").isEmpty());
    }
    assertThat(words(first)).as("words printed before the stop").isNotEmpty();

    ByteArrayOutputStream second = new ByteArrayOutputStream();
    job.resume();
    job.awaitReady(Play.RECOVER);
    try (LogWatch log = follow(scene, job, second)) {
      feeder.close();
      List<Event> events = scene.topic().dump();
      Map<Integer, Long> end = Event.ends(events);
      Awaitility.await("the end of the topic")
          .atMost(Play.RECOVER)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> ledger(scene).equals(end));
      Serial run = Serial.run(events, List.of(new Serial.Chapter(words, Map.of())), end);
      Awaitility.await("the last lines of the log")
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(run.differences(rows(first, second), true)).isEmpty());
    }
  }

  private static LogWatch follow(Scene scene, Job job, ByteArrayOutputStream out) {
    return scene
        .cluster()
        .client()
        .pods()
        .resource(job.driver())
        .inContainer("spark")
        .watchLog(out);
  }

  private static void awaitCommitted(Scene scene, long records) {
    Awaitility.await(records + " records committed")
        .atMost(Play.START)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> ledger(scene).values().stream().mapToLong(Long::longValue).sum() >= records);
  }

  /** The ledger as anybody can read it. */
  private static Map<Integer, Long> ledger(Scene scene) throws IOException {
    Map<Integer, Long> until = new TreeMap<>();
    try {
      byte[] object =
          scene
              .infra()
              .s3()
              .getObjectAsBytes(
                  r -> r.bucket(Infra.BUCKET).key(scene.id() + "/_tidemark/ledger.json"))
              .asByteArray();
      for (JsonNode offset : JSON.readTree(object).get("offsets")) {
        until.put(offset.get("partition").asInt(), offset.get("until").asLong());
      }
    } catch (NoSuchKeyException e) {
      // not opened yet
    }
    return until;
  }

  private static Map<String, Long> words(ByteArrayOutputStream... logs) throws IOException {
    Map<String, Long> counts = new HashMap<>();
    for (ByteArrayOutputStream log : logs) {
      for (String line : log.toString(StandardCharsets.UTF_8).split("\n", -1)) {
        if (line.startsWith("{\"g0\":") && line.endsWith("}")) {
          JsonNode row = JSON.readTree(line);
          counts.merge(row.get("g0").asText(), row.get("m0").asLong(), Long::sum);
        }
      }
    }
    return counts;
  }

  private static List<List<String>> rows(ByteArrayOutputStream... logs) throws IOException {
    List<List<String>> rows = new ArrayList<>();
    words(logs).forEach((word, count) -> rows.add(List.of(word, Long.toString(count))));
    return rows;
  }
}
