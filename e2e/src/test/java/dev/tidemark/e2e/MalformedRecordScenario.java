package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Records on which the filter fails: the job says which, and goes on when it is told how. */
@ExtendWith(Stage.class)
class MalformedRecordScenario {
  private static final String BROKEN = "important %zz";

  @Test
  void stopTheJobUntilTheyAreToBePutAway(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        Play.started(
            scene,
            scene
                .manifest(Mode.LOCAL)
                .set("filter", "value LIKE '%important%' AND url_decode(value) IS NOT NULL"));
    Feeder.writeToEach(scene.topic(), 2, BROKEN);
    Job.Condition stalled = job.awaitCondition("Stalled", "True", Play.RECOVER, "InvalidFilter");
    assertThat(stalled.message()).contains("failed on the record at").contains("onMalformed");

    job.patch("{\"spec\": {\"source\": {\"onMalformed\": \"DeadLetter\"}}}");
    job.awaitReady(Play.RECOVER);
    Feeder.writeToEach(scene.topic(), Scene.PARTITIONS, BROKEN);
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    feeder.close();

    Rule rule = Rule.importantWithPlace();
    Rule readable =
        new Rule(
            event -> rule.keeps().test(event) && !event.value().startsWith(BROKEN), rule.rows());
    Play.assertExact(scene, scene.settle(Play.RECOVER, readable));
    assertThat(
            scene
                .table()
                .ask(
                    "SELECT count(*) || ' of ' || count(DISTINCT (partition, \"offset\"))"
                        + " FROM tidemark_dead_letters"))
        .containsExactly("6 of 6");
  }
}
