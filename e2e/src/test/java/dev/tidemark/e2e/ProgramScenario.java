package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Programs of one's own: those in {@code examples/program}, which know Tidemark's library alone.
 */
@ExtendWith(Stage.class)
class ProgramScenario {
  private static final String IMAGE = "tidemark/example-program:dev";

  /** The article's first program. */
  @Test
  void importantEventsAfterKillsLocal(Scene scene) {
    importantEventsAfterKills(scene, Mode.LOCAL);
  }

  @Test
  void importantEventsAfterKillsWithTwoExecutors(Scene scene) {
    importantEventsAfterKills(scene, Mode.TWO_EXECUTORS);
  }

  private static void importantEventsAfterKills(Scene scene, Mode mode) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, program(scene, mode, "example.ImportantEvents"));
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    Play.strike(scene, job, () -> scene.faults().killPod(job.driver()));
    feeder.close();
    awaitEnd(scene);
    List<List<String>> rows = scene.table().rows("value");
    Play.assertExact(
        scene, scene.judged(Judge.compare(scene.topic().dump(), Rule.important(), rows)));
  }

  @Test
  void aDriverThatWasFrozen(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, program(scene, Mode.LOCAL, "example.ImportantEvents"));
    Successor.beside(scene, job, () -> scene.awaitMoreRows(Play.START));
    feeder.close();
    awaitEnd(scene);
    List<List<String>> rows = scene.table().rows("value");
    Play.assertExact(
        scene, scene.judged(Judge.compare(scene.topic().dump(), Rule.important(), rows)));
  }

  /**
   * Results behind a shuffle, added up in a table of its own, which names its class anew at first.
   */
  @Test
  void wordsAreAddedUpInATable(Scene scene) {
    WordTotals totals = WordTotals.create(scene);
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        scene.apply(
            program(scene, Mode.LOCAL, "example.Missing")
                .set("application.args", List.of("words")));
    Job.Condition missing = job.awaitCondition("Stalled", "True", Play.START, "InvalidApplication");
    assertThat(missing.message()).contains("example.Missing", "/opt/tidemark/program");
    job.patch("{\"spec\": {\"application\": {\"mainClass\": \"example.WordTable\"}}}");
    job.awaitReady(Play.START);
    totals.awaitMoreThan(0);
    for (int i = 0; i < 2; i++) {
      scene.faults().killJvm(job.driver());
      totals.awaitMoreThan(totals.sum());
    }
    feeder.close();
    awaitEnd(scene);
    assertThat(totals.rows()).isEqualTo(totals.expected());
  }

  /** A job that runs a class of the examples. */
  static Manifest program(Scene scene, Mode mode, String mainClass) {
    return scene
        .manifest(mode)
        .set("filter", null)
        .set("select", null)
        .set("application.image", IMAGE)
        .set("application.mainClass", mainClass);
  }

  private static void awaitEnd(Scene scene) {
    Map<Integer, Long> ends = Event.ends(scene.topic().dump());
    Awaitility.await("the end of the topic")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> scene.table().ledger(scene.topic()).equals(ends));
  }
}
