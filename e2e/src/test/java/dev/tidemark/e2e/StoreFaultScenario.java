package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import io.fabric8.kubernetes.api.model.Pod;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What a job depends on is away, silent, slow, or breaks connections. The driver waits: it is the
 * same process afterwards, no restart is counted, and nothing is lost or doubled.
 */
@ExtendWith(Stage.class)
class StoreFaultScenario {
  /** Another length shows more patience: {@code -Dtidemark.away=3600}. */
  private static final Duration AWAY = Duration.ofSeconds(Long.getLong("tidemark.away", 60));

  /** Long enough for some dozens of batches. */
  private static final Duration DISTURBED = Duration.ofSeconds(30);

  @Test
  void theDatabaseIsAway(Scene scene) {
    waitsFor(scene, scene.lines().postgres(), Line::cut, "SinkUnavailable");
  }

  /** The batch in hand is written by the run that had it: no epoch is taken for that. */
  @Test
  void theDatabaseIsAwayForAMoment(Scene scene) {
    Line line = scene.lines().postgres();
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, scene.manifest(Mode.LOCAL).postgres(line, scene.id()));
    awayForAMoment(scene, job, line, () -> scene.awaitMoreRows(Play.RECOVER));
    Play.endsExact(scene, feeder);
  }

  @Test
  void theDatabaseOfAJobWithStateIsAwayForAMoment(Scene scene) {
    Line line = scene.lines().postgres();
    CountingPlay play =
        new CountingPlay(
            scene,
            scene.manifest(Mode.TWO_EXECUTORS).postgres(line, scene.id()),
            Programs.totals());
    awayForAMoment(scene, play.job, line, () -> play.counting.awaitMore(Play.RECOVER));
    play.endsExact();
  }

  private static void awayForAMoment(Scene scene, Job job, Line line, Runnable awaitMore) {
    long epoch = Play.epoch(scene);
    for (int i = 0; i < 3; i++) {
      awaitMore.run();
      line.cut();
      job.awaitCondition("Ready", "False", Play.RECOVER, "SinkUnavailable");
      line.mend();
      awaitMore.run();
      job.awaitReady(Play.RECOVER);
    }
    assertThat(Play.epoch(scene)).as("the epoch").isEqualTo(epoch);
    assertThat(job.number("restarts")).as("restarts").isZero();
  }

  @Test
  void theDatabaseIsSilent(Scene scene) {
    waitsFor(scene, scene.lines().postgres(), Line::silence, "SinkUnavailable");
  }

  @Test
  void kafkaIsAway(Scene scene) {
    waitsFor(scene, scene.lines().kafka(), Line::cut, "KafkaUnavailable");
  }

  @Test
  void kafkaIsSilent(Scene scene) {
    waitsFor(scene, scene.lines().kafka(), Line::silence, "KafkaUnavailable");
  }

  /** Rows go on, only the checkpoint ages: it is a cache of the ledger. */
  @Test
  void theStoreOfTheCheckpointIsAway(Scene scene) {
    Line line = scene.lines().minio();
    commitsWithoutIts(scene, scene.manifest(Mode.LOCAL).minio(line), line::cut, line::mend);
  }

  @Test
  void theStoreOfTheCheckpointIsSilent(Scene scene) {
    Line line = scene.lines().minio();
    commitsWithoutIts(scene, scene.manifest(Mode.LOCAL).minio(line), line::silence, line::mend);
  }

  @Test
  void theStoreOfTheCheckpointAnswersWithErrors(Scene scene) {
    try (Balancer balancer = new Balancer(scene)) {
      commitsWithoutIts(
          scene,
          scene.manifest(Mode.LOCAL).s3(balancer.endpoint()),
          balancer::refuseAll,
          balancer::mend);
    }
  }

  /** Half of the requests fail: retries are enough for checkpoints of a state to go on. */
  @Test
  void theStoreOfAStateFailsNowAndThen(Scene scene) {
    try (Balancer balancer = new Balancer(scene)) {
      CountingPlay play =
          new CountingPlay(
              scene, scene.manifest(Mode.LOCAL).s3(balancer.endpoint()), Programs.totals());
      balancer.refuseHalf();
      Outage.last(DISTURBED);
      play.counting.awaitMore(Play.RECOVER);
      play.strike(() -> scene.faults().killJvm(play.job.driver()));
      balancer.mend();
      play.job.awaitReady(Play.RECOVER);
      play.endsExact();
    }
  }

  /** A job with state, whose driver was lost while the store of its state cannot be reached. */
  @Test
  void theStoreIsAwayWhenTheStateIsNeeded(Scene scene) {
    Line line = scene.lines().minio();
    waitsForItsState(scene, scene.manifest(Mode.LOCAL).minio(line), line::cut, line::mend);
  }

  @Test
  void theStoreAnswersWithErrorsWhenTheStateIsNeeded(Scene scene) {
    try (Balancer balancer = new Balancer(scene)) {
      String told =
          waitsForItsState(
              scene,
              scene.manifest(Mode.LOCAL).s3(balancer.endpoint()),
              balancer::refuseAll,
              balancer::mend);
      assertThat(told).contains("503");
    }
  }

  @Test
  void everythingIsSlow(Scene scene) {
    disturbed(scene, line -> line.slow(Duration.ofMillis(150)));
  }

  @Test
  void connectionsAreResetAllTheTime(Scene scene) {
    disturbed(scene, line -> line.flaky(Duration.ofMillis(700)));
  }

  /** Whether the commit happened is not known to the driver: the ledger says it. */
  @Test
  @Tag("gate")
  void cutInTheMiddleOfACommit(Scene scene) throws Exception {
    Line line = scene.lines().postgres();
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, scene.manifest(Mode.LOCAL).postgres(line, scene.id()));
    long restarts = job.number("restarts");
    // checked when the transaction commits, so COMMIT takes its time for these
    scene
        .table()
        .execute(
            """
            CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
              IF NEW.value LIKE '%SLOWLY%' THEN PERFORM pg_sleep(3); END IF;
              RETURN NULL;
            END $$""");
    scene
        .table()
        .execute(
            "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON %s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION dawdle()"
                .formatted(scene.table().name()));
    for (int i = 0; i < 3; i++) {
      Feeder.writeToEach(scene.topic(), 1, "important, committed SLOWLY " + i);
      try (Connection connection = scene.table().connect();
          var statement = connection.createStatement()) {
        Awaitility.await("a COMMIT at work")
            .atMost(Play.RECOVER)
            .pollInterval(Duration.ofMillis(50))
            .until(
                () ->
                    statement
                        .executeQuery(
                            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                                + " AND state = 'active' AND query ILIKE 'COMMIT%'")
                        .next());
      }
      line.cut();
      Outage.last(Duration.ofSeconds(1));
      line.mend();
      scene.awaitMoreRows(Play.RECOVER);
    }
    job.awaitReady(Play.RECOVER);
    assertThat(job.number("restarts")).as("restarts").isEqualTo(restarts);
    Play.endsExact(scene, feeder);
  }

  private static void waitsFor(Scene scene, Line line, Consumer<Line> fault, String reason) {
    boolean kafka = reason.startsWith("Kafka");
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        Play.started(
            scene,
            kafka
                ? scene.manifest(Mode.LOCAL).kafka(line)
                : scene.manifest(Mode.LOCAL).postgres(line, scene.id()));
    Pod driver = job.driver();
    long jvm = scene.faults().jvm(driver);
    long restarts = job.number("restarts");
    fault.accept(line);
    Job.Condition told = job.awaitCondition("Ready", "False", Duration.ofMinutes(2), reason);
    assertThat(told.message()).contains(kafka ? line.address() : "the database does not answer");
    Outage.last(AWAY);
    assertThat(job.condition("Ready").reason()).as("it still waits").isEqualTo(reason);
    line.mend();
    job.awaitReady(Play.RECOVER);
    scene.awaitMoreRows(Play.RECOVER);
    unharmed(scene, job, driver, jvm, restarts);
    Play.endsExact(scene, feeder);
  }

  /** What the job said while it waited. */
  private static String waitsForItsState(
      Scene scene, Manifest manifest, Runnable fault, Runnable mend) {
    CountingPlay play = new CountingPlay(scene, manifest, Programs.totals());
    StringBuilder told = new StringBuilder();
    fault.run();
    play.strike(
        () -> {
          Instant killed = scene.faults().killPod(play.job.driver());
          told.append(
              play.job.awaitCondition("Ready", "False", Play.START, "StoreUnavailable").message());
          mend.run();
          return killed;
        });
    play.endsExact();
    return told.toString();
  }

  private static void commitsWithoutIts(
      Scene scene, Manifest manifest, Runnable fault, Runnable mend) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, manifest);
    Pod driver = job.driver();
    long jvm = scene.faults().jvm(driver);
    long restarts = job.number("restarts");
    fault.run();
    job.awaitCondition("CheckpointHealthy", "False", Duration.ofMinutes(2), "CheckpointBehind");
    Outage.last(AWAY);
    scene.awaitMoreRows(Play.RECOVER);
    assertThat(job.condition("Ready").isTrue()).as("Ready").isTrue();
    mend.run();
    job.awaitCondition("CheckpointHealthy", "True", Play.RECOVER);
    unharmed(scene, job, driver, jvm, restarts);
    Play.strike(scene, job, () -> scene.faults().killJvm(job.driver()));
    Play.endsExact(scene, feeder);
  }

  private static void unharmed(Scene scene, Job job, Pod driver, long jvm, long restarts) {
    assertThat(job.driver().getMetadata().getUid())
        .as("the driver's pod")
        .isEqualTo(driver.getMetadata().getUid());
    assertThat(scene.faults().jvm(driver)).as("the driver's JVM").isEqualTo(jvm);
    assertThat(job.number("restarts")).as("restarts").isEqualTo(restarts);
  }

  /** All three lines at once; afterwards the job is Ready and exact, however it got there. */
  private static void disturbed(Scene scene, Consumer<Line> fault) {
    Line kafka = scene.lines().kafka();
    Line minio = scene.lines().minio();
    Line postgres = scene.lines().postgres();
    List<Line> lines = List.of(kafka, minio, postgres);
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        Play.started(
            scene,
            scene.manifest(Mode.LOCAL).kafka(kafka).minio(minio).postgres(postgres, scene.id()));
    lines.forEach(fault);
    Outage.last(DISTURBED);
    scene.awaitMoreRows(Play.RECOVER);
    lines.forEach(Line::mend);
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }
}
