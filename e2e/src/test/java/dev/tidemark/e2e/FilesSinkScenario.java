package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Program;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import dev.tidemark.e2e.serial.Serial;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.sync.RequestBody;

/** Results as files, looked at by a reader of commits and by one that knows nothing of them. */
@ExtendWith(Stage.class)
class FilesSinkScenario {
  private static final String[] ROW = {"value", "kafka_partition", "kafka_offset"};

  @Test
  @Tag("gate")
  void linesAfterKillsLocal(Scene scene) {
    rowsAfterKills(scene, scene.manifest(Mode.LOCAL), new ResultFiles(scene, false));
  }

  @Test
  void parquetAfterKillsWithTwoExecutors(Scene scene) {
    rowsAfterKills(scene, scene.manifest(Mode.TWO_EXECUTORS), new ResultFiles(scene, true));
  }

  @Test
  void parquetByStructuredStreaming(Scene scene) {
    rowsAfterKills(scene, scene.manifest(Mode.LOCAL).structured(), new ResultFiles(scene, true));
  }

  private static void rowsAfterKills(Scene scene, Manifest manifest, ResultFiles results) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(manifest.set("sink", results.sink()));
    job.awaitReady(Play.START);
    awaitMore(results);
    for (int i = 0; i < 3; i++) {
      strike(scene, results, () -> scene.faults().killJvm(job.driver()));
    }
    strike(scene, results, () -> scene.faults().killPod(job.driver()));
    job.awaitReady(Play.RECOVER);
    endsExact(scene, feeder, results);
    assertThat(results.present()).as("what a plain reader sees").isEqualTo(results.committed());
  }

  /** Frozen with a claim open, perhaps, until its successor has committed. */
  @Test
  void aDriverThatWasFrozen(Scene scene) {
    ResultFiles results = new ResultFiles(scene, false);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("sink", results.sink()));
    job.awaitReady(Play.START);
    awaitMore(results);
    Successor.beside(scene, job, () -> awaitMore(results));
    endsExact(scene, feeder, results);
  }

  /** Results per batch; the parts of a batch are counted where they were shuffled to. */
  @Test
  void wordsPerBatch(Scene scene) {
    wordsPerBatch(scene, scene.manifest(Mode.TWO_EXECUTORS));
  }

  @Test
  void wordsPerBatchByStructuredStreaming(Scene scene) {
    wordsPerBatch(scene, scene.manifest(Mode.LOCAL).structured());
  }

  private static void wordsPerBatch(Scene scene, Manifest manifest) {
    Program words = Programs.wordsPerBatch();
    ResultFiles results = new ResultFiles(scene, true);
    Records records = new Records(50);
    Feeder feeder =
        scene.feed(Play.RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
    Job job =
        scene.apply(
            manifest
                .set("filter", null)
                .set("select", words.select())
                .set("aggregate.groupBy", words.groupBy())
                .set("aggregate.compute", words.compute())
                .set("aggregate.results", "PerBatch")
                .set("sink", results.sink()));
    job.awaitReady(Play.START);
    awaitMore(results);
    strike(scene, results, () -> scene.faults().killJvm(job.driver()));
    strike(scene, results, () -> scene.faults().killPod(job.driver()));
    job.awaitReady(Play.RECOVER);
    feeder.close();
    List<Event> events = scene.topic().dump();
    Map<Integer, Long> end = Event.ends(events);
    Awaitility.await("the end of the topic")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> results.until().equals(end));
    Map<String, Long> sums = new HashMap<>();
    results
        .rows(results.committed(), "g0", "m0")
        .forEach(row -> sums.merge(row.get(0), Long.valueOf(row.get(1)), Long::sum));
    List<List<String>> rows =
        sums.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue().toString())).toList();
    Serial run = Serial.run(events, List.of(new Serial.Chapter(words, Map.of())), end);
    assertThat(run.differences(rows, true)).isEmpty();
  }

  /** The ledger moves from the database to the files and back; both together hold everything. */
  @Test
  void fromATableToFilesAndBack(Scene scene) {
    ResultFiles results = new ResultFiles(scene, false);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    job.patch(
        "{\"spec\": {\"sink\": {\"jdbc\": null, \"s3\": {\"path\": \"%s\"}}}}"
            .formatted(results.path()));
    awaitMore(results);
    long rows = scene.table().count();
    scene.faults().killJvm(job.driver());
    awaitMore(results);
    assertThat(scene.table().count()).as("rows of the former sink").isEqualTo(rows);
    job.patch(
        """
        {"spec": {"sink": {"s3": null, "jdbc": {"url": "%s", "table": "important_events",
          "credentialsSecretRef": {"name": "pg"}}}}}"""
            .formatted(Infra.jdbcUrl(scene.id())));
    scene.awaitRows(rows + 1, Play.START);
    job.awaitReady(Play.RECOVER);
    feeder.close();
    scene.end(Play.RECOVER, "important end of " + scene.id());
    List<List<String>> all = new ArrayList<>(scene.table().rows(ROW));
    all.addAll(results.rows(results.committed(), ROW));
    Play.assertExact(
        scene, scene.judged(Judge.compare(scene.topic().dump(), Rule.importantWithPlace(), all)));
  }

  /** A changed definition gives up what the one before had claimed. */
  @Test
  void theFilterChangesWhileRowsFlow(Scene scene) {
    ResultFiles results = new ResultFiles(scene, false);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("sink", results.sink()));
    job.awaitReady(Play.START);
    awaitMore(results);
    scene.faults().killJvm(job.driver());
    job.patch(
        "{\"spec\": {\"select\": [\"lower(value) AS value\", \"partition AS kafka_partition\","
            + " \"offset AS kafka_offset\"]}}");
    job.awaitReady(Play.START);
    awaitMore(results);
    feeder.close();
    awaitEnd(scene, results);
    Verdict verdict =
        scene.judged(
            Judge.compareChanged(
                scene.topic().dump(),
                Rule.importantWithPlace(),
                Rule.importantInLowerCaseWithPlace(),
                results.rows(results.committed(), ROW),
                1));
    assertThat(verdict.exact()).as(verdict.toString()).isTrue();
  }

  /** What lies there already is said before anything is written, and heals when it is gone. */
  @Test
  void aPathThatIsNotEmpty(Scene scene) {
    ResultFiles results = new ResultFiles(scene, false);
    String foreign = scene.id() + "/report.csv";
    scene
        .infra()
        .s3()
        .putObject(
            r -> r.bucket(Scene.RESULTS).key(foreign),
            RequestBody.fromString("a,b", StandardCharsets.UTF_8));
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("sink", results.sink()));
    Job.Condition inUse = job.awaitCondition("Stalled", "True", Play.START, "SinkInUse");
    assertThat(inUse.message()).contains("sink.s3.path", "report.csv", "choose an empty path");
    assertThat(scene.objects(Scene.RESULTS, "")).containsExactly(foreign);
    scene.infra().s3().deleteObject(r -> r.bucket(Scene.RESULTS).key(foreign));
    job.awaitReady(Play.START);
    awaitMore(results);
    endsExact(scene, feeder, results);
  }

  /** The ledger lies with the files, so the job is found there when its checkpoint is gone. */
  @Test
  void theWholeCheckpointIsGone(Scene scene) {
    ResultFiles results = new ResultFiles(scene, false);
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("sink", results.sink()));
    job.awaitReady(Play.START);
    awaitMore(results);
    job.suspend(Play.RECOVER);
    assertThat(scene.deleteObjects("")).isPositive();
    Play.resumesFromLedger(job);
    awaitMore(results);
    endsExact(scene, feeder, results);
  }

  private static void awaitMore(ResultFiles results) {
    int before = results.committed().size();
    Awaitility.await("more files in " + results.path())
        .atMost(Play.START)
        .pollInterval(Duration.ofMillis(200))
        .until(() -> results.committed().size() > before);
  }

  private static void strike(Scene scene, ResultFiles results, Supplier<Instant> fault) {
    Instant struck = fault.get();
    awaitMore(results);
    scene.recovered(Duration.between(struck, Instant.now()).toMillis() / 1000.0);
  }

  private static void awaitEnd(Scene scene, ResultFiles results) {
    Map<Integer, Long> last =
        Feeder.writeToEach(scene.topic(), Scene.PARTITIONS, "important end of " + scene.id());
    Awaitility.await("the last records of each partition")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              Map<Integer, Long> until = results.until();
              return last.entrySet().stream()
                  .allMatch(end -> until.getOrDefault(end.getKey(), 0L) > end.getValue());
            });
  }

  private static void endsExact(Scene scene, Feeder feeder, ResultFiles results) {
    feeder.close();
    awaitEnd(scene, results);
    Verdict verdict =
        scene.judged(
            Judge.compare(
                scene.topic().dump(),
                Rule.importantWithPlace(),
                results.rows(results.committed(), ROW)));
    assertThat(verdict.expected()).isPositive();
    assertThat(verdict.exact()).as(verdict.toString()).isTrue();
  }
}
