package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Nothing goes wrong. */
@ExtendWith(Stage.class)
class SteadyFlowScenario {

  @Test
  @Tag("gate")
  void localAndTheJudgeSeesDamage(Scene scene) {
    flow(scene, Mode.LOCAL);
    Verdict undamaged = scene.verdict();

    scene
        .table()
        .execute(
            "DELETE FROM important_events WHERE ctid = (SELECT min(ctid) FROM important_events)");
    Verdict lost = scene.judge(Rule.importantWithPlace());
    assertThat(lost.lost()).as("one row was removed by hand: %s", lost).isEqualTo(1);
    assertThat(lost.doubled()).isZero();

    scene.table().execute("INSERT INTO important_events SELECT * FROM important_events LIMIT 1");
    Verdict doubled = scene.judge(Rule.importantWithPlace());
    assertThat(doubled.lost()).isEqualTo(1);
    assertThat(doubled.doubled()).as("one row was doubled by hand: %s", doubled).isEqualTo(1);
    scene.judged(undamaged);
  }

  @Test
  @Tag("gate")
  void withTwoExecutors(Scene scene) {
    flow(scene, Mode.TWO_EXECUTORS);
  }

  @Test
  void theArticlesJobComparedByValueAlone(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Manifest manifest =
        scene.manifest(Mode.ONE_EXECUTOR).set("filter", "contains(value, 'important')");
    Play.started(scene, manifest);
    scene.awaitRows(1_000, Play.START);
    Play.endsExact(scene, feeder);
    Play.assertExact(
        scene, Judge.compare(scene.topic().dump(), Rule.important(), scene.table().rows("value")));
  }

  private static void flow(Scene scene, Mode mode) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, mode);
    scene.awaitRows(1_000, Play.START);
    assertThat(job.condition("Ready").isTrue()).isTrue();
    assertThat(job.number("restarts")).isZero();
    assertThat(scene.table().writers()).hasSize(1);
    assertThat(mode.executors() == 0 ? job.drivers() : job.executors())
        .hasSize(Math.max(1, mode.executors()))
        .allMatch(pod -> pod.getMetadata().getLabels().containsKey(Manifest.LABEL));
    Play.endsExact(scene, feeder);
  }
}
