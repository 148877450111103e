package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A job that has nothing to do, whose driver is heard of only now and then. */
@ExtendWith(Stage.class)
class IdleScenario {

  @Test
  void whatHappensToItsDriverIsSeenAtOnce(Scene scene) {
    Job job = Play.startedIdle(scene, Mode.LOCAL);
    int attempt = Job.attempt(job.driver());

    job.awaitIdle(Play.RECOVER);
    scene.faults().killJvm(job.driver());
    job.await("counted", Play.RECOVER, object -> Job.number(object, "restarts") == 1);
    job.awaitReady(Play.RECOVER);

    job.awaitIdle(Play.RECOVER);
    scene.faults().deletePod(job.driver());
    job.awaitDriver(attempt + 1, Play.RECOVER);
    job.await("counted", Play.RECOVER, object -> Job.number(object, "restarts") == 2);
    job.awaitReady(Play.RECOVER);

    job.awaitIdle(Play.RECOVER);
    job.patch("{\"spec\": {\"restartNonce\": 1}}");
    job.awaitDriver(attempt + 2, Play.RECOVER);
    job.awaitReady(Play.RECOVER);

    job.awaitIdle(Play.RECOVER);
    scene.faults().killOperator();
    Feeder feeder = scene.feed(Play.RATE);
    scene.awaitMoreRows(Play.RECOVER);
    job.await(
        "said to be at work",
        Play.RECOVER,
        object -> Job.condition(object, "Ready").isTrue() && !isIdle(object));
    assertThat(job.number("restarts")).isEqualTo(2);
    assertThat(job.events())
        .as("it was never held for silent")
        .noneMatch(event -> event.contains("DriverSilent") || event.contains("NoRecentCommit"));
    Play.endsExact(scene, feeder);
  }

  private static boolean isIdle(GenericKubernetesResource object) {
    return Job.condition(object, "Ready").reason().equals("Idle");
  }
}
