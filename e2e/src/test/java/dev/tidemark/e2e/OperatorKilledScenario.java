package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The operator dies or is away: running jobs do not notice, and recover without it. */
@ExtendWith(Stage.class)
class OperatorKilledScenario {

  @Test
  void killedWhileADriverRunsAndWhileOneIsReplaced(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();

    scene.faults().killOperator();
    scene.awaitMoreRows(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).as("the driver is the same").isEqualTo(pod);

    Play.strikeAndRecoverFromCheckpoint(
        scene,
        job,
        () -> {
          var fault = scene.faults().deletePod(job.driver());
          scene.faults().killOperator();
          return fault;
        });
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void absentDuringADriverCrash(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    long restarts = job.number("restarts");

    scene.faults().scaleOperator(0);
    try {
      Recovery recovery = Recovery.watch(scene.table());
      scene.recovered(recovery.secondsSince(scene.faults().killJvm(job.driver()), Play.RECOVER));
      scene.awaitMoreRows(Play.RECOVER);
    } finally {
      scene.faults().scaleOperator(1);
    }
    job.await(
        "counted what happened meanwhile",
        Play.RECOVER,
        object -> Job.number(object, "restarts") > restarts);
    assertThat(job.status("lastRecovery", "from")).isEqualTo("Checkpoint");
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  @Test
  void theLeaderOfTwoWhileADriverIsReplaced(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    scene.faults().scaleOperator(2);
    try {
      String leader = scene.faults().leader();
      Play.strikeAndRecoverFromCheckpoint(
          scene,
          job,
          () -> {
            var fault = scene.faults().killPod(job.driver());
            scene.faults().killOperator(leader);
            return fault;
          });
      assertThat(scene.faults().leader()).as("another one leads").isNotEqualTo(leader);
    } finally {
      scene.faults().scaleOperator(1);
    }
    Play.endsExact(scene, feeder);
  }

  /**
   * The API server stands still for a minute, in which the driver's JVM is killed. No event gets
   * through to Kafka then, since the feeder's tunnel leads through the API server: there are enough
   * before.
   */
  @Test
  void theApiServerIsAwayForAMinute(Scene scene) {
    Job job =
        Play.startedIdle(scene, scene.manifest(Mode.LOCAL).set("source.maxRatePerPartition", 20));
    Feeder.write(scene.topic(), 5, 10_000);
    scene.awaitMoreRows(Play.RECOVER);
    String pod = job.driver().getMetadata().getUid();
    Recovery recovery = Recovery.watch(scene.table());
    Faults.Pause pause = scene.faults().pauseApiServer(job.driver());
    recovery.secondsSince(pause.killed(), Play.RECOVER);
    Instant first = scene.table().firstRowOfNewestWriter();
    scene.recovered(Duration.between(pause.killed(), first).toMillis() / 1e3);
    assertThat(first).as("the first row of the next run").isBefore(pause.end());
    job.awaitReady(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).as("the driver's pod").isEqualTo(pod);
    job.patch("{\"spec\": {\"source\": {\"maxRatePerPartition\": 10000}}}");
    Play.assertExact(scene, scene.settle(Play.RECOVER, Rule.importantWithPlace()));
  }

  /** Somebody writes to the object all the time, while it changes and a driver dies. */
  @Test
  void conflictingWrites(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    AtomicLong writes = new AtomicLong();
    ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
    try {
      var writing =
          writer.scheduleWithFixedDelay(
              () ->
                  job.patch(
                      "{\"metadata\": {\"labels\": {\"written\": \"%d\"}}}"
                          .formatted(writes.incrementAndGet())),
              0,
              20,
              TimeUnit.MILLISECONDS);
      Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killPod(job.driver()));
      job.patch("{\"spec\": {\"driver\": {\"memory\": \"800Mi\"}}}");
      job.awaitReady(Play.RECOVER);
      assertThat(writing.isDone()).as("the writer has failed").isFalse();
    } finally {
      writer.shutdownNow();
    }
    assertThat(writes.get()).as("writes beside the operator's").isGreaterThan(50);
    Play.endsExact(scene, feeder);
  }
}
