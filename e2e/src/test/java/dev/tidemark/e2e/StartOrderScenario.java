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
 * Something happens to the driver after each step of its start, one after the other: to the first
 * after its first step, to the next after its second, until it happens to one after its first
 * commit. Either its JVM is killed, or one of its stores cannot be reached for a while, which the
 * same JVM has to get over.
 */
@ExtendWith(Stage.class)
class StartOrderScenario {
  private static final String LAST = "first commit";

  /** Long enough for what a driver does beside its start to be done. */
  private static final Duration HELD = Duration.ofSeconds(1);

  /** Long enough for a run to end and others to be tried in vain. */
  private static final Duration CUT = Duration.ofSeconds(4);

  @Test
  void ofAJobThatIsNewAndOfOneThatRecovers(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = scene.apply(debugged(scene.manifest(Mode.LOCAL)));
    letCheckGo(scene, job);
    List<String> first = killedAfterEachStep(scene, job);
    assertThat(first).contains("ledger opened", "engine started");
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
            debugged(scene.manifest(Mode.LOCAL)),
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

  @Test
  void aStoreIsCutWhileAJobRecovers(Scene scene) {
    Line database = scene.lines().postgres();
    Line store = scene.lines().minio();
    Feeder feeder = scene.feed(Play.RATE);
    Job job =
        scene.apply(
            debugged(scene.manifest(Mode.LOCAL).postgres(database, scene.id()).minio(store)));
    letCheckGo(scene, job);
    letGo(scene, job::driver);
    scene.awaitMoreRows(Play.START);
    for (Line line : List.of(database, store)) {
      cutAfterEachStep(scene, job, line, () -> scene.awaitMoreRows(Play.RECOVER));
    }
    job.awaitReady(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  @Test
  void aStoreIsCutWhileAJobWithStateRecovers(Scene scene) {
    Line database = scene.lines().postgres();
    Line store = scene.lines().minio();
    CountingPlay play =
        new CountingPlay(
            scene,
            debugged(scene.manifest(Mode.LOCAL).postgres(database, scene.id()).minio(store)),
            Programs.totals(),
            job -> {
              letCheckGo(scene, job);
              letGo(scene, job::driver);
            });
    for (Line line : List.of(database, store)) {
      cutAfterEachStep(scene, play.job, line, () -> play.counting.awaitMore(Play.RECOVER));
    }
    play.job.awaitReady(Play.RECOVER);
    play.endsExact();
  }

  private static Manifest debugged(Manifest manifest) {
    return manifest.set("driver.template", HeldStart.template());
  }

  private static void cutAfterEachStep(Scene scene, Job job, Line line, Runnable awaitMore) {
    List<String> steps = new ArrayList<>();
    do {
      scene.faults().killJvm(job.driver());
      try (HeldStart start = held(scene, job::driver, HeldStart.What.THREAD)) {
        steps.add(step(start, steps.size()));
        Outage.last(HELD);
        line.cut();
      }
      Outage.last(CUT);
      line.mend();
      awaitMore.run();
    } while (!steps.get(steps.size() - 1).equals(LAST));
    System.out.println("cut after: " + String.join(", ", steps));
  }

  /** The last JVM is let go. */
  private static List<String> killedAfterEachStep(Scene scene, Job job) {
    List<String> steps = new ArrayList<>();
    do {
      try (HeldStart start = held(scene, job::driver, HeldStart.What.JVM)) {
        steps.add(step(start, steps.size()));
        scene.faults().killJvm(job.driver());
      }
    } while (!steps.get(steps.size() - 1).equals(LAST));
    System.out.println("killed after: " + String.join(", ", steps));
    letGo(scene, job::driver);
    return steps;
  }

  private static String step(HeldStart start, int before) {
    for (int i = 0; i < before; i++) {
      start.next(Play.START);
    }
    return start.next(Play.START);
  }

  private static void letCheckGo(Scene scene, Job job) {
    letGo(scene, () -> job.pods("check").get(0));
  }

  private static void letGo(Scene scene, Supplier<Pod> pod) {
    held(scene, pod, HeldStart.What.JVM).close();
  }

  private static HeldStart held(Scene scene, Supplier<Pod> pod, HeldStart.What what) {
    AtomicReference<HeldStart> start = new AtomicReference<>();
    Awaitility.await("a JVM that waits for its debugger")
        .atMost(Play.START)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptionsInstanceOf(Exception.class) // no pod yet, or no JVM in it
        .untilAsserted(
            () -> start.set(HeldStart.attach(scene.cluster().client(), pod.get(), what)));
    return start.get();
  }
}
