package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The driver's memory runs out, its container dies, it is evicted, it hangs, it cannot start. */
@ExtendWith(Stage.class)
class DriverFaultScenario {
  /**
   * More than the container has left, in many small processes: the kernel kills the JVM, which is
   * the largest.
   */
  private static final String FILL_MEMORY =
      """
      jvm=$(pgrep -o -x java)
      echo 1000 > /proc/$jvm/oom_score_adj
      used=$(awk '/^RssAnon/ {print $2}' /proc/$jvm/status)
      limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes)
      date +%s%3N
      for i in $(seq $(((limit / 1024 - used) / 32768 + 4))); do
        (head -c 33554432 /dev/zero; sleep 3) | tail -n 1 >/dev/null &
      done
      wait
      """;

  /** Two pods with five JVMs each. */
  private static final Duration TEN_STARTS = Duration.ofMinutes(8);

  @Test
  void outOfMemory(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    Play.strikeAndRecoverFromCheckpoint(
        scene, job, () -> Faults.moment(scene.faults().exec(job.driver(), "spark", FILL_MEMORY)));
    // where the kernel kills all of a container at once, nobody is left to tell why
    assertThat(job.status("lastRecovery", "cause")).isIn("OutOfMemory", "JvmCrashed");
    Play.endsExact(scene, feeder);
  }

  @Test
  void everyProcessOfTheContainer(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    for (int i = 0; i < 2; i++) {
      Play.strikeAndRecoverFromCheckpoint(
          scene, job, () -> scene.faults().killProcesses(job.driver()));
    }
    Play.endsExact(scene, feeder);
  }

  @Test
  void evicted(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().evict(job.driver()));
    Play.endsExact(scene, feeder);
  }

  @Test
  void aJvmThatHangs(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();
    Play.strike(scene, job, () -> scene.faults().hangJvm(job.driver()));
    assertThat(job.status("lastRecovery", "cause")).isEqualTo("JvmHung");
    assertThat(job.driver().getMetadata().getUid()).as("the pod is the same").isEqualTo(pod);
    Play.endsExact(scene, feeder);
  }

  /** The heap is too small for Spark, but not for a check run: no JVM of no pod gets anywhere. */
  @Test
  void aCrashLoopEndsAtItsLimitAndAChangeEndsIt(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .set("restart.limit", 2)
                .set("driver.template", withOptions("TIDEMARK_JAVA_OPTS", "-Xmx300m")));
    Job.Condition stalled =
        job.awaitCondition("Stalled", "True", TEN_STARTS, "RestartLimitReached");
    assertThat(stalled.message()).contains("CrashLoop").contains("restart.limit is 2");
    assertThat(job.status("phase")).isEqualTo("Failed");
    Awaitility.await("no driver pod is left") // the kubelet tells a pod's end after its container's
        .atMost(Play.RECOVER)
        .until(() -> job.drivers().isEmpty());
    assertThat(job.number("attempt")).as("attempts").isEqualTo(2);

    job.patch("{\"spec\": {\"driver\": {\"template\": null}}}");
    job.awaitReady(Play.START);
    assertThat(job.condition("Stalled").isTrue()).as("Stalled").isFalse();
    Play.endsExact(scene, feeder);
  }

  /** The driver of before goes on while that of the change cannot start. */
  @Test
  @Tag("gate")
  void aChangeThatCannotStartLeavesTheDriverAlone(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    String pod = job.driver().getMetadata().getUid();
    job.patch(template("-XX:+NoSuchOption"));
    Job.Condition told = job.awaitCondition("Stalled", "True", Play.START, "SuccessorFailed");
    assertThat(told.message()).contains("job-driver-2").contains("CrashLoop");
    scene.awaitMoreRows(Play.RECOVER);
    Awaitility.await("another one is tried")
        .atMost(Play.START)
        .untilAsserted(
            () -> assertThat(job.events()).anyMatch(event -> event.contains("job-driver-3")));
    assertThat(job.driver().getMetadata().getUid()).as("the driver's pod").isEqualTo(pod);
    assertThat(job.condition("Ready").isTrue()).as("Ready").isTrue();

    job.patch(template("-Xss1m"));
    job.awaitReady(Play.START);
    assertThat(job.condition("Stalled").isTrue()).as("Stalled").isFalse();
    assertThat(job.driver().getMetadata().getUid()).as("another pod").isNotEqualTo(pod);
    Play.endsExact(scene, feeder);
  }

  private static String template(String options) {
    return "{\"spec\": {\"driver\": {\"template\": %s}}}"
        .formatted(Serialization.asJson(withOptions("JAVA_TOOL_OPTIONS", options)));
  }

  private static Map<String, Object> withOptions(String variable, String options) {
    return Map.of(
        "spec",
        Map.of(
            "containers",
            List.of(
                Map.of(
                    "name", "spark", "env", List.of(Map.of("name", variable, "value", options))))));
  }
}
