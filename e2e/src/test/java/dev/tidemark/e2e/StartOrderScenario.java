package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The driver's JVM is killed after each step of its start, one after the other: the first is killed
 * after its first step, the next after its second, until one is killed after its first commit.
 */
@ExtendWith(Stage.class)
class StartOrderScenario {
  private static final String LAST = "first commit";

  @Test
  void ofAJobThatIsNewAndOfOneThatRecovers(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(scene.manifest(Mode.LOCAL).set("driver.template", HeldStart.template()));
    letCheckGo(scene, job);
    List<String> first = killedAfterEachStep(scene, job);
    assertThat(first).contains("ledger opened", "context started");
    job.awaitReady(Play.RECOVER);
    scene.faults().killJvm(job.driver());
    List<String> again = killedAfterEachStep(scene, job);
    assertThat(again).contains("checkpoint read");
    job.awaitReady(Play.RECOVER);
    assertThat(job.number("restarts")).as("restarts").isEqualTo(first.size() + 1 + again.size());
    Play.endsExact(scene, feeder);
  }

  @Test
  void ofAJobWithState(Scene scene) {
    CountingPlay play =
        new CountingPlay(
            scene,
            scene.manifest(Mode.LOCAL).set("driver.template", HeldStart.template()),
            Programs.totals(),
            job -> {
              letCheckGo(scene, job);
              assertThat(killedAfterEachStep(scene, job)).contains("state loaded");
            });
    scene.faults().killJvm(play.job.driver());
    assertThat(killedAfterEachStep(scene, play.job)).contains("state loaded");
    play.job.awaitReady(Play.RECOVER);
    play.endsExact();
  }

  /** The last JVM is let go. */
  private static List<String> killedAfterEachStep(Scene scene, Job job) {
    List<String> steps = new ArrayList<>();
    do {
      try (HeldStart start = held(scene, job::driver)) {
        for (int i = 0; i < steps.size(); i++) {
          start.next(Play.START);
        }
        steps.add(start.next(Play.START));
        scene.faults().killJvm(job.driver());
      }
    } while (!steps.get(steps.size() - 1).equals(LAST));
    System.out.println("killed after: " + String.join(", ", steps));
    held(scene, job::driver).close();
    return steps;
  }

  private static void letCheckGo(Scene scene, Job job) {
    held(scene, () -> job.pods("check").get(0)).close();
  }

  private static HeldStart held(Scene scene, Supplier<Pod> pod) {
    AtomicReference<HeldStart> start = new AtomicReference<>();
    Awaitility.await("a JVM that waits for its debugger")
        .atMost(Play.START)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptionsInstanceOf(Exception.class) // no pod yet, or no JVM in it
        .untilAsserted(() -> start.set(HeldStart.attach(scene.cluster().client(), pod.get())));
    return start.get();
  }
}
