package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.serial.Programs;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A node is drained, hangs and comes back, or is gone for good: the driver's, or its executors'.
 */
@ExtendWith(Stage.class)
class NodeScenario {

  @AfterAll
  static void oneNodeAgain() {
    Worker.down();
  }

  /** Driver and executor are sent away together. */
  @Test
  void drained(Scene scene) {
    Worker worker = Worker.up(scene.cluster());
    CountingPlay play =
        new CountingPlay(
            scene,
            there(scene, Mode.ONE_EXECUTOR).set("executor.template", Worker.template()),
            Programs.totals());
    isThere(play.job.driver());
    play.strike(() -> worker.drain(scene.id()));
    isElsewhere(play.job.driver());
    play.endsExact();
  }

  /** Nobody can tell whether it still works there. When it wakes up, it can commit nothing. */
  @Test
  void hangsAndComesBack(Scene scene) {
    Worker worker = Worker.up(scene.cluster());
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, there(scene, Mode.LOCAL));
    Pod first = job.driver();
    isThere(first);
    Play.strike(scene, job, worker::pause);
    assertThat(job.status("lastRecovery", "cause")).isEqualTo("NodeLost");
    isElsewhere(job.driver());
    worker.resume();
    Awaitility.await("the node is ready again").atMost(Play.START).until(worker::isReady);
    scene.awaitMoreRows(Play.RECOVER);
    Play.endsExact(scene, feeder);
  }

  /** A job with state goes on elsewhere, though its former pod can be ended by nobody. */
  @Test
  void goneForGood(Scene scene) {
    Worker worker = Worker.up(scene.cluster());
    CountingPlay play = new CountingPlay(scene, there(scene, Mode.LOCAL), Programs.totals());
    isThere(play.job.driver());
    play.strike(worker::stop);
    assertThat(play.job.status("lastRecovery", "cause")).isEqualTo("NodeLost");
    isElsewhere(play.job.driver());
    play.endsExact();
  }

  /** The driver has its executors made elsewhere once Kubernetes holds the node for unreachable. */
  @Test
  void ofTheExecutorsHangs(Scene scene) {
    Worker worker = Worker.up(scene.cluster());
    CountingPlay play =
        new CountingPlay(
            scene,
            scene.manifest(Mode.ONE_EXECUTOR).set("executor.template", Worker.template()),
            Programs.totals());
    Play.awaitExecutors(play.job, 1);
    isThere(play.job.executors().get(0));
    isElsewhere(play.job.driver());

    Instant struck = worker.pause();
    Awaitility.await("an executor elsewhere")
        .atMost(Play.RECOVER)
        .until(
            () ->
                play.job.executors().stream()
                    .anyMatch(pod -> !Worker.NODE.equals(pod.getSpec().getNodeName())));
    play.counting.awaitMore(Play.RECOVER);
    scene.recovered(Duration.between(struck, Instant.now()).toMillis() / 1000.0);
    play.endsExact();
  }

  private static Manifest there(Scene scene, Mode mode) {
    return scene.manifest(mode).set("driver.template", Worker.template());
  }

  private static void isThere(Pod driver) {
    assertThat(driver.getSpec().getNodeName()).isEqualTo(Worker.NODE);
  }

  private static void isElsewhere(Pod driver) {
    assertThat(driver.getSpec().getNodeName()).isNotEqualTo(Worker.NODE);
  }
}
