package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The database refuses a batch while later batches wait: none of them may commit before it. */
@ExtendWith(Stage.class)
class FailedBatchScenario {

  @Test
  @Tag("gate")
  void aBatchThatFailsThreeTimesWithLaterOnesWaitingLocal(Scene scene) {
    failing(scene, Mode.LOCAL, 3);
  }

  @Test
  void aBatchThatFailsWithLaterOnesWaitingWithTwoExecutors(Scene scene) {
    // Spark gives a task on an executor four tries before the batch has failed
    failing(scene, Mode.TWO_EXECUTORS, 6);
  }

  private static void failing(Scene scene, Mode mode, int refusals) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, mode);
    long epoch = job.number("epoch");
    // a sequence is outside transactions, so it counts the tries; meanwhile batches pile up behind
    // the one that sleeps
    scene.table().execute("CREATE SEQUENCE tries");
    refuse(scene, "nextval('tries') <= " + refusals, "PERFORM pg_sleep(4);", "40001");
    Feeder.writeToEach(scene.topic(), 1, "important but FAILING");

    job.await("took another epoch", Play.RECOVER, object -> Job.number(object, "epoch") > epoch);
    scene.awaitMoreRows(Play.RECOVER);
    job.awaitReady(Play.RECOVER);
    assertThat(
            scene.table().ask("SELECT last_value::text FROM tries").stream()
                .mapToLong(Long::parseLong)
                .sum())
        .as("tries to write the record")
        .isGreaterThan(refusals);
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void aRowTheDatabaseRefusesStallsTheJobAndNothingIsLost(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    refuse(scene, "true", "", "23514");
    Feeder.writeToEach(scene.topic(), 1, "important but FAILING");

    Job.Condition stalled = job.awaitCondition("Stalled", "True", Play.RECOVER, "SinkRejectedRow");
    assertThat(stalled.message()).as("what the database said").contains("refused by the test");
    scene.table().execute("DROP TRIGGER refuse ON " + scene.table().name());
    job.patch("{\"spec\": {\"restartNonce\": 1}}");
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  private static void refuse(Scene scene, String when, String first, String state) {
    scene
        .table()
        .execute(
            """
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF NEW.value LIKE '%%FAILING%%' AND %s THEN
                %s
                RAISE EXCEPTION 'refused by the test' USING ERRCODE = '%s';
              END IF;
              RETURN NEW;
            END $$"""
                .formatted(when, first, state));
    scene
        .table()
        .execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION refuse()"
                .formatted(scene.table().name()));
  }
}
