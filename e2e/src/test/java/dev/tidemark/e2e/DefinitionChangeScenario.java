package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The definition changes while events flow: at one offset per partition, or not at all. */
@ExtendWith(Stage.class)
class DefinitionChangeScenario {
  private static final Rule BEFORE =
      new Rule(Rule.containing("important"), event -> Rule.one("old", Rule.at(event)));
  private static final Rule AFTER =
      new Rule(Rule.containing("ordinary"), event -> Rule.one("new", Rule.at(event)));

  private static final String OTHERS = "lower(value) LIKE 'important other%'";

  @Test
  @Tag("gate")
  void underLoadLocal(Scene scene) {
    underLoad(scene, Mode.LOCAL);
  }

  @Test
  void underLoadWithTwoExecutors(Scene scene) {
    underLoad(scene, Mode.TWO_EXECUTORS);
  }

  private static void underLoad(Scene scene, Mode mode) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, scene.manifest(mode).set("select", select("old")));
    long revision = job.number("revision");
    scene.awaitMoreRows(Play.START);

    job.patch(
        """
        {"spec": {"filter": "value LIKE '%ordinary%'",
                  "select": ["'new' AS value", "partition AS kafka_partition", "offset AS kafka_offset"]}}""");
    job.awaitReady(Play.RECOVER);
    scene.awaitMoreRows(Play.RECOVER);
    assertThat(job.number("revision"))
        .as("a changed definition is a new revision")
        .isEqualTo(revision + 1);

    feeder.close();
    scene.end(Play.RECOVER, "ordinary end");
    Verdict verdict =
        Judge.compareChanged(
            scene.topic().dump(),
            BEFORE,
            AFTER,
            scene.table().rows("value", "kafka_partition", "kafka_offset"),
            1);
    Play.assertExact(scene, scene.judged(verdict));
    assertThat(scene.table().ask("SELECT DISTINCT value FROM important_events"))
        .as("both definitions have written")
        .containsExactlyInAnyOrder("old", "new");
  }

  /**
   * A topic that is named no more is read no more; named again, it is read on where it was left.
   */
  @Test
  void aTopicIsLeftOutAndNamedAgain(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Topic other = scene.addTopic("other");
    Job job =
        Play.started(
            scene,
            scene
                .manifest(Mode.LOCAL)
                .set("source.topics", List.of(scene.topic().name(), other.name())));
    Feeder.write(other, 1, 300, (number, random) -> "important other 1-" + number);
    awaitOthers(scene, 300);

    readOnly(job, scene.topic().name());
    job.awaitReady(Play.RECOVER);
    Feeder.write(other, 2, 200, (number, random) -> "important other 2-" + number);
    scene.awaitMoreRows(Play.RECOVER);
    scene.awaitMoreRows(Play.RECOVER);
    assertThat(scene.table().count(OTHERS)).as("rows of the topic that is left out").isEqualTo(300);

    readOnly(job, scene.topic().name(), other.name());
    awaitOthers(scene, 500);
    feeder.close();
    scene.table().execute("DELETE FROM important_events WHERE " + OTHERS);
    Play.endsExact(scene, feeder);
  }

  private static void readOnly(Job job, String... topics) {
    job.patch(
        "{\"spec\": {\"source\": {\"topics\": [\"%s\"]}}}"
            .formatted(String.join("\", \"", topics)));
  }

  private static void awaitOthers(Scene scene, long rows) {
    Awaitility.await("rows of the other topic: " + rows)
        .atMost(Play.RECOVER)
        .until(() -> scene.table().count(OTHERS) >= rows);
    assertThat(scene.table().count(OTHERS)).isEqualTo(rows);
  }

  @Test
  @Tag("gate")
  void anUnparsableFilterOfANewJobIsRefused(Scene scene) {
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("filter", "value LIKE '%important"));
    Job.Condition stalled = job.awaitCondition("Stalled", "True", Play.START, "InvalidFilter");
    assertThat(stalled.message()).as("a sentence a person can act on").contains("filter");
    assertThat(job.drivers()).as("driver pods").isEmpty();
    assertThat(scene.objects("")).as("objects on S3").isEmpty();

    job.patch("{\"spec\": {\"filter\": \"value LIKE '%important%'\"}}");
    Feeder feeder = scene.feed(Play.RATE);
    job.awaitReady(Play.START);
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void anUnparsableFilterAsAChangeLeavesTheOldRevisionRunning(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();
    long revision = job.number("revision");

    job.patch("{\"spec\": {\"filter\": \"valu LIKE '%important%'\"}}");
    Job.Condition stalled = job.awaitCondition("Stalled", "True", Play.START, "InvalidFilter");
    assertThat(stalled.message()).as("names what is wrong").contains("valu");
    scene.awaitMoreRows(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).as("the driver is the same").isEqualTo(pod);
    assertThat(job.number("revision")).isEqualTo(revision);

    // the refused change does not keep the old revision from being recovered
    Play.strikeWhileRefused(scene, () -> scene.faults().killPod(job.driver()));

    job.patch("{\"spec\": {\"filter\": \"value LIKE '%important%'\"}}");
    job.awaitReady(Play.RECOVER);
    assertThat(job.number("revision"))
        .as("nothing changed, so there is no new revision")
        .isEqualTo(revision);
    Play.endsExact(scene, feeder);
  }

  private static List<String> select(String mark) {
    return List.of(
        "'" + mark + "' AS value", "partition AS kafka_partition", "offset AS kafka_offset");
  }
}
