package dev.tidemark.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * How soon a job commits again from another node once its own hangs, with Kubernetes' default
 * settings. The node goes on afterwards, with the driver that was frozen on it.
 */
final class NodeBench {
  private static final Duration WITHIN = Duration.ofMinutes(5);
  private static final int RATE = 100;

  private final Cluster cluster;
  private final Infra infra;
  private final BenchResult result;

  NodeBench(Cluster cluster, Infra infra, BenchResult result) {
    this.cluster = cluster;
    this.infra = infra;
    this.result = result;
  }

  /** So many times, of one job. */
  void run(int times) {
    String name = "driver's node hangs, local mode";
    Worker worker = Worker.up(cluster);
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Feeder feeder = scene.feed(RATE);
      Job job = scene.apply(scene.manifest(Mode.LOCAL).set("driver.template", Worker.template()));
      List<Double> samples = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        awaitThere(scene, job);
        Recovery recovery = Recovery.watch(scene.table());
        Instant lost = worker.pause();
        samples.add(recovery.secondsSince(lost, WITHIN));
        System.out.printf("%s: %d of %d: %.2f s%n", name, i + 1, times, samples.get(i));
        worker.resume();
        Awaitility.await("the node is ready again").atMost(WITHIN).until(worker::isReady);
        job.awaitReady(WITHIN);
        scene.faults().deletePod(job.driver()); // the next one prefers the node that is back
      }
      feeder.close();
      result.add(name, 60, samples, scene.settle(WITHIN, Rule.importantWithPlace()));
    } finally {
      Worker.down();
    }
  }

  private static void awaitThere(Scene scene, Job job) {
    Awaitility.await("a driver on " + Worker.NODE)
        .atMost(WITHIN)
        .ignoreExceptions()
        .until(() -> Worker.NODE.equals(job.driver().getSpec().getNodeName()));
    job.awaitReady(WITHIN);
    scene.awaitRows(scene.table().count() + 3 * RATE / 2, WITHIN); // about three more batches
  }
}
