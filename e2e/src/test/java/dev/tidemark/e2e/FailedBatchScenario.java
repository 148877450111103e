package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The database refuses a batch while later batches wait: none of them may commit before it. */
@ExtendWith(Stage.class)
class FailedBatchScenario {
  /** Passes by itself, as the product sees it. */
  private static final String SERIALIZATION_FAILURE = "40001";

  /** Says nothing about whose fault it is. */
  private static final String ROUTINE_FAILED = "38000";

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

  /** The batch in hand outlasts what passes by itself within a moment: no run ends for it. */
  @Test
  void aBatchThatWaitsForItsRightOfWayStaysInItsRun(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    long epoch = job.number("epoch");
    refuseAtFirst(scene, 3, SERIALIZATION_FAILURE);

    awaitMoreTries(scene, 3);
    scene.awaitMoreRows(Play.RECOVER);
    job.awaitReady(Play.RECOVER);
    assertThat(Play.epoch(scene)).as("of the run that began").isEqualTo(epoch);
    Play.endsExact(scene, feeder);
  }

  private static void failing(Scene scene, Mode mode, int refusals) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, mode);
    long epoch = job.number("epoch");
    refuseAtFirst(scene, refusals, ROUTINE_FAILED);

    job.await("took another epoch", Play.RECOVER, object -> Job.number(object, "epoch") > epoch);
    scene.awaitMoreRows(Play.RECOVER);
    job.awaitReady(Play.RECOVER);
    awaitMoreTries(scene, refusals);
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

  /**
   * Refuses the first writes of a record. A sequence is outside transactions, so it counts them;
   * batches pile up behind the one that sleeps.
   */
  private static void refuseAtFirst(Scene scene, int refusals, String state) {
    scene.table().execute("CREATE SEQUENCE tries");
    refuse(scene, "nextval('tries') <= " + refusals, "PERFORM pg_sleep(4);", state);
    Feeder.writeToEach(scene.topic(), 1, "important but FAILING");
  }

  private static void awaitMoreTries(Scene scene, int refusals) {
    Awaitility.await("the record was written after so many refusals: " + refusals)
        .atMost(Play.RECOVER)
        .until(
            () ->
                scene.table().ask("SELECT last_value::text FROM tries").stream()
                    .mapToLong(Long::parseLong)
                    .anyMatch(tries -> tries > refusals));
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
