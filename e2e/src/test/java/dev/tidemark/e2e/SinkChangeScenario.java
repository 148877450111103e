package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The sink changes while events flow: what the former one holds and what the new one holds is
 * together what a serial run would have written.
 */
@ExtendWith(Stage.class)
class SinkChangeScenario {
  private static final String[] PLACE = {"value", "kafka_partition", "kafka_offset"};

  private static String sink(String database, String secret) {
    return """
        {"spec": {"sink": {"jdbc": {"url": "%s", "credentialsSecretRef": {"name": "%s"}}}}}"""
        .formatted(Infra.jdbcUrl(database), secret);
  }

  @Test
  @Tag("gate")
  void toAnotherDatabaseAndBack(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    long revision = job.number("revision");
    Table moved = scene.addDatabase(scene.id() + "-moved");
    scene.cluster().copySecret("pg", scene.id(), "other");

    change(job, sink(scene.id() + "-moved", "other"), moved);
    long rows = scene.table().count();
    scene.faults().killJvm(job.driver());
    awaitMore(moved);
    assertThat(scene.table().count()).as("rows of the former sink").isEqualTo(rows);
    assertThat(job.number("revision")).isEqualTo(revision + 1);

    // Handed over is handed over: the former database is needed no more.
    scene.cluster().client().secrets().inNamespace(scene.id()).withName("pg").delete();
    scene.faults().killPod(job.driver());
    awaitMore(moved);
    job.awaitReady(Play.RECOVER);
    scene.cluster().copySecret("pg", scene.id(), "pg");

    change(job, sink(scene.id(), "pg"), scene.table());
    feeder.close();
    scene.end(Play.RECOVER, "important end of " + scene.id());
    List<List<String>> all = new ArrayList<>(scene.table().rows(PLACE));
    all.addAll(moved.rows(PLACE));
    Play.assertExact(
        scene, scene.judged(Judge.compare(scene.topic().dump(), Rule.importantWithPlace(), all)));
    assertThat(moved.overlappingWriters()).isEmpty();
  }

  @Test
  void totalsGoOnInAnotherDatabase(Scene scene) {
    CountingPlay play = new CountingPlay(scene, Mode.TWO_EXECUTORS, Programs.totals());
    String database = scene.id() + "-moved";
    scene.addDatabase(database);
    play.job.patch(sink(database, "pg"));
    Counting moved = new Counting(scene.infra(), database, scene.topic(), Programs.totals());
    moved.awaitCounted(play.counting.counted() + 1, Play.START);
    long before = play.counting.counted();
    scene.faults().killJvm(play.job.driver());
    moved.awaitMore(Play.RECOVER);
    play.job.awaitReady(Play.RECOVER);
    assertThat(play.counting.counted()).as("the former ledger is sealed").isEqualTo(before);
    play.feeder.close();
    Verdict verdict = moved.settle(Play.RECOVER);
    assertThat(scene.judged(verdict).exact()).as(verdict.toString()).isTrue();
  }

  /** First steps with the log, then a table: it has the totals from the very beginning. */
  @Test
  void fromTheLogToATable(Scene scene) {
    Records records = new Records(50);
    Feeder feeder =
        scene.feed(Play.RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
    Counting counting = new Counting(scene.infra(), scene.id(), scene.topic(), Programs.totals());
    Job job =
        scene.apply(counting.in(scene.manifest(Mode.LOCAL)).set("sink", Map.of("log", Map.of())));
    job.awaitReady(Play.START);
    job.await("records are counted", Play.START, object -> Job.number(object, "state", "keys") > 0);
    job.patch(
        """
        {"spec": {"sink": {"log": null, "jdbc": {"url": "%s", "table": "%s", "createTable": true,
                                                 "credentialsSecretRef": {"name": "pg"}}}}}"""
            .formatted(Infra.jdbcUrl(scene.id()), Counting.TABLE));
    counting.awaitCounted(1, Play.START);
    job.awaitReady(Play.RECOVER);
    scene.faults().killJvm(job.driver());
    counting.awaitMore(Play.RECOVER);
    feeder.close();
    Verdict verdict = counting.settle(Play.RECOVER);
    assertThat(scene.judged(verdict).exact()).as(verdict.toString()).isTrue();
  }

  @Test
  void aFormerDatabaseThatIsAwayKeepsTheOldRevision(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    long revision = job.number("revision");
    Table moved = scene.addDatabase(scene.id() + "-moved");
    scene.cluster().copySecret("pg", scene.id(), "other");
    scene.cluster().client().secrets().inNamespace(scene.id()).withName("pg").delete();

    job.patch(sink(scene.id() + "-moved", "other"));
    Job.Condition stalled = job.awaitCondition("Stalled", "True", Play.START, "LedgerUnreachable");
    assertThat(stalled.message()).contains("still in the ledger of its sink before");
    assertThat(job.number("revision")).isEqualTo(revision);
    scene.awaitMoreRows(Play.RECOVER);

    scene.cluster().copySecret("pg", scene.id(), "pg");
    awaitMore(moved);
    job.awaitReady(Play.RECOVER);
    feeder.close();
  }

  private static void change(Job job, String sink, Table to) {
    job.patch(sink);
    awaitMore(to);
    job.awaitReady(Play.RECOVER);
  }

  private static void awaitMore(Table table) {
    long rows = table.count();
    Awaitility.await("more rows in the new sink")
        .atMost(Play.RECOVER)
        .until(() -> table.count() > rows);
  }
}
