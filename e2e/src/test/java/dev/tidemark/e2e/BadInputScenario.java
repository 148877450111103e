package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is wrong is named, and nothing that works suffers from it. */
@ExtendWith(Stage.class)
class BadInputScenario {
  /** A check run, and some time for a laden machine. */
  private static final Duration NOTICED = Duration.ofMinutes(2);

  @Test
  void anImageThatCannotBePulled(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();
    job.patch("{\"spec\": {\"image\": \"tidemark/streaming-job:never-built\"}}");
    Job.Condition told = job.awaitCondition("Progressing", "True", NOTICED, "ImagePullFailed");
    assertThat(told.message()).contains("never-built");
    assertThat(job.driver().getMetadata().getUid()).as("the driver works on").isEqualTo(pod);
    scene.awaitMoreRows(Play.RECOVER);

    job.patch("{\"spec\": {\"image\": null}}");
    job.awaitReady(Play.RECOVER);
    assertThat(job.driver().getMetadata().getUid()).isEqualTo(pod);
    Play.endsExact(scene, feeder);
  }

  @Test
  void aPathInsideThatOfAnotherJob(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    Job inside =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .name("inside")
                .path(scene.checkpointPath() + "/r000001/e000001"));
    Job.Condition told = inside.awaitCondition("Stalled", "True", NOTICED, "CheckpointInUse");
    assertThat(told.message()).contains(scene.checkpointPath());
    assertThat(job.condition("Ready").isTrue()).isTrue();
    Play.endsExact(scene, feeder);
  }
}
