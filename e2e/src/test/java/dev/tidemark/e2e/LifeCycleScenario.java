package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people do to a job: suspend it, restart it, delete it, make it again. */
@ExtendWith(Stage.class)
class LifeCycleScenario {

  @Test
  @Tag("gate")
  void suspendAndResume(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    job.suspend(Play.RECOVER);
    Play.assertExactSoFar(scene);

    job.resume();
    job.awaitReady(Play.RECOVER);
    assertThat(job.number("revision")).isEqualTo(1);
    Play.endsExact(scene, feeder);
  }

  @Test
  void restartByHand(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    int attempt = Job.attempt(job.driver());
    Recovery recovery = Recovery.watch(scene.table());
    var fault = java.time.Instant.now();
    job.patch("{\"spec\": {\"restartNonce\": 1}}");
    scene.recovered(recovery.secondsSince(fault, Play.RECOVER));
    job.awaitReady(Play.RECOVER);
    assertThat(Job.attempt(job.driver())).isEqualTo(attempt + 1);
    Play.endsExact(scene, feeder);
  }

  @Test
  void rollOfResourcesKeepsTheRevision(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    int attempt = Job.attempt(job.driver());
    job.patch("{\"spec\": {\"driver\": {\"memory\": \"800Mi\"}}}");
    job.awaitDriver(attempt + 1, Play.RECOVER);
    job.awaitReady(Play.RECOVER);
    assertThat(job.number("revision")).isEqualTo(1);
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void deletedAndMadeAgainGoesOn(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    long epoch = job.number("epoch");
    job.delete(Duration.ofMinutes(2));
    Play.assertExactSoFar(scene);
    assertThat(scene.objects("_tidemark")).as("the owner record stays").isNotEmpty();

    Job again = Play.started(scene, Mode.LOCAL);
    assertThat(again.number("epoch")).as("it is the same job").isGreaterThan(epoch);
    assertThat(again.number("revision")).isEqualTo(1);
    Play.endsExact(scene, feeder);
  }

  @Test
  @Tag("gate")
  void aWipedStatusChangesNothing(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();
    job.wipeStatus();
    job.awaitReady(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).as("the driver is the same").isEqualTo(pod);
    assertThat(job.number("revision")).isEqualTo(1);

    scene.faults().scaleOperator(0);
    try {
      job.wipeStatus();
      scene.faults().deletePod(job.driver());
      Awaitility.await("no driver").atMost(Play.RECOVER).until(() -> job.pods("driver").isEmpty());
    } finally {
      scene.faults().scaleOperator(1);
    }
    job.awaitReady(Play.RECOVER);
    scene.awaitMoreRows(Play.RECOVER);
    assertThat(job.number("revision")).isEqualTo(1);
    Play.endsExact(scene, feeder);
  }

  @Test
  void deletedWhileTheOperatorIsAway(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    scene.faults().scaleOperator(0);
    try {
      job.delete(Duration.ofMinutes(2));
    } finally {
      scene.faults().scaleOperator(1);
    }
    Play.assertExactSoFar(scene);
    feeder.close();
  }
}
