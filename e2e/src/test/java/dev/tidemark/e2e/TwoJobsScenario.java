package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Two jobs: side by side they do not touch each other; on one checkpoint path the second is
 * refused.
 */
@ExtendWith(Stage.class)
class TwoJobsScenario {

  @Test
  @Tag("gate")
  void onOnePath(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job first = Play.started(scene, Mode.LOCAL);
    Table other = new Table(scene.infra(), scene.id(), "other_events");
    other.create("value text", "kafka_partition int", "kafka_offset bigint");
    String record = scene.objects("_tidemark/job.json").toString();

    Job second = scene.apply(scene.manifest(Mode.LOCAL).name("second").table("other_events"));
    Job.Condition stalled = second.awaitCondition("Stalled", "True", Play.START, "CheckpointInUse");
    assertThat(stalled.message()).as("says whose path it is").contains(first.name());
    assertThat(other.count()).as("rows of the refused job").isZero();
    assertThat(scene.objects("_tidemark/job.json")).hasToString(record);

    Job inside =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .name("inside")
                .table("other_events")
                .path(scene.checkpointPath() + "/r000001"));
    inside.awaitCondition("Stalled", "True", Play.START, "CheckpointInUse");
    assertThat(other.count()).isZero();
    scene.awaitMoreRows(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  @Test
  void inTwoNamespaces(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job first = Play.started(scene, Mode.LOCAL);
    Table other = new Table(scene.infra(), scene.id(), "other_events");
    other.create("value text", "kafka_partition int", "kafka_offset bigint");
    scene.addNamespace(scene.id() + "-b");
    Job second =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .namespace(scene.id() + "-b")
                .table("other_events")
                .path(scene.checkpointPath() + "-b"));
    second.awaitReady(Play.START);
    Awaitility.await("rows of the second").atMost(Play.START).until(() -> other.count() > 0);

    Play.strikeAndRecoverFromCheckpoint(scene, first, () -> scene.faults().killJvm(first.driver()));
    assertThat(second.number("restarts")).as("the other job does not notice").isZero();

    feeder.close();
    Play.assertExact(scene, scene.settle(Play.RECOVER, Rule.importantWithPlace()));
    long rows = scene.table().count();
    Awaitility.await("the second has them all")
        .atMost(Play.RECOVER)
        .until(() -> other.count() >= rows);
    Verdict verdict =
        Judge.compare(
            scene.topic().dump(),
            Rule.importantWithPlace(),
            other.rows("value", "kafka_partition", "kafka_offset"));
    Play.assertExact(scene, verdict);
  }
}
