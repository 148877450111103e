package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Executors die: Spark replaces them, the driver goes on. */
@ExtendWith(Stage.class)
class ExecutorKilledScenario {

  @Test
  @Tag("gate")
  void oneOfTwoPods(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.TWO_EXECUTORS);
    Play.awaitExecutors(job, 2);
    Pod victim = job.executors().get(0);

    Instant fault = scene.faults().killPod(victim);
    awaitReplaced(job, victim, 2);
    scene.awaitMoreRows(Play.RECOVER);
    scene.recovered(scene.table().longestPauseSince(fault));
    Play.endsExact(scene, feeder);
  }

  @Test
  void theOnlyJvm(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.ONE_EXECUTOR);
    Play.awaitExecutors(job, 1);
    String driver = job.driver().getMetadata().getUid();
    Pod victim = job.executors().get(0);

    Instant fault = scene.faults().killProcesses(victim);
    awaitReplaced(job, victim, 1);
    scene.awaitMoreRows(Play.RECOVER);
    scene.recovered(scene.table().longestPauseSince(fault));
    assertThat(job.driver().getMetadata().getUid())
        .as("the driver's pod is the same")
        .isEqualTo(driver);
    Play.endsExact(scene, feeder);
  }

  @Test
  void allOfThemAtOnce(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.TWO_EXECUTORS);
    Play.awaitExecutors(job, 2);
    List<Pod> victims = job.executors();
    Instant fault = Instant.now();
    victims.forEach(scene.faults()::killPod);
    victims.forEach(victim -> awaitReplaced(job, victim, 2));
    scene.awaitMoreRows(Play.RECOVER);
    scene.recovered(scene.table().longestPauseSince(fault));
    Play.endsExact(scene, feeder);
  }

  /** No node has the label that is asked for: it is said, and heals with a change. */
  @Test
  void noneCanBeScheduled(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        scene.apply(
            scene
                .manifest(Mode.ONE_EXECUTOR)
                .set(
                    "executor.template",
                    Map.of("spec", Map.of("nodeSelector", Map.of("nowhere", "true")))));
    Job.Condition told = job.awaitCondition("Ready", "False", Play.START, "ExecutorsPending");
    assertThat(told.message()).contains("executor");
    assertThat(job.status("executors")).isEqualTo("0/1");
    job.patch("{\"spec\": {\"executor\": {\"template\": null}}}");
    job.awaitReady(Play.START);
    Play.endsExact(scene, feeder);
  }

  private static void awaitReplaced(Job job, Pod victim, int wanted) {
    String name = victim.getMetadata().getName();
    Awaitility.await(wanted + " executors without " + name)
        .atMost(Play.RECOVER)
        .until(
            () ->
                job.executors().stream()
                        .filter(pod -> !pod.getMetadata().getName().equals(name))
                        .count()
                    == wanted);
  }
}
