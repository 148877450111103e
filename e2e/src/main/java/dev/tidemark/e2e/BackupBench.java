package dev.tidemark.e2e;

import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** What backups cost a job that counts: time to go back to one, and longer batches beside one. */
final class BackupBench {
  private static final Duration WITHIN = Duration.ofMinutes(3);

  /** Batches that are looked at before each backup. */
  private static final int BEFORE = 12;

  private final Cluster cluster;
  private final Infra infra;
  private final BenchResult result;

  BackupBench(Cluster cluster, Infra infra, BenchResult result) {
    this.cluster = cluster;
    this.infra = infra;
    this.result = result;
  }

  /** A job that counts so many groups, and its feeder. */
  private record Counter(Feeder feeder, Counting counting, Job job) {
    Verdict settle() {
      feeder.close();
      return counting.settle(WITHIN);
    }
  }

  private Counter start(Scene scene, int rate, int keys) {
    Records records = new Records(keys);
    Feeder feeder =
        scene.feed(rate, (number, random) -> records.next(random, System.currentTimeMillis()));
    Counting counting = new Counting(infra, scene.id(), scene.topic(), Programs.totals());
    Job job =
        scene.apply(
            counting.in(
                scene
                    .manifest(Mode.LOCAL)
                    .set("backup.path", "s3a://backups/" + scene.id())
                    .set("checkpoint.onLost", "RestoreBackup")));
    job.awaitReady(WITHIN);
    counting.awaitMore(WITHIN);
    return new Counter(feeder, counting, job);
  }

  /** How long the job is away, each so many times: on request, and after a loss of all. */
  void restores(int times) {
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Counter counter = start(scene, 100, 200);
      BackupResources backups = new BackupResources(cluster.client(), scene.id());
      List<Double> asked = new ArrayList<>();
      List<Double> lost = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        String name = "backup-" + i;
        backups.create(name, counter.job());
        backups.await(name, "Completed", WITHIN);
        counter.counting().awaitMore(WITHIN);
        asked.add(pause("on request", counter, () -> ask(counter.job(), name)));
        lost.add(pause("after a loss", counter, () -> lose(scene, counter.job())));
      }
      Verdict verdict = counter.settle();
      result.add("restore on request, longest time without a commit", 20, asked, verdict);
      result.add("checkpoint deleted, longest time without a commit", 60, lost, verdict);
    }
  }

  /**
   * Seconds from a batch's time to its commit, of the batches between the request of a backup and
   * its end, and of those just before; of so many backups, one after the other.
   */
  void beside(int times) {
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Counter counter = start(scene, 300, 20_000);
      BackupResources backups = new BackupResources(cluster.client(), scene.id());
      List<Double> before = new ArrayList<>();
      List<Double> beside = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        String name = "backup-" + i;
        List<Double> quiet = delays(counter.job(), batches -> batches >= BEFORE);
        backups.create(name, counter.job());
        List<Double> during = delays(counter.job(), batches -> backups.is(name, "Completed"));
        before.addAll(quiet);
        beside.addAll(during);
        System.out.printf(
            Locale.ROOT,
            "backup %d of %d: %d batches of %.3f s beside it, %.3f s before%n",
            i + 1,
            times,
            during.size(),
            median(during),
            median(quiet));
      }
      Verdict verdict = counter.settle();
      result.add("a batch before a backup", median(before), before, verdict);
      result.add("a batch beside a backup", 1.05 * median(before), beside, verdict);
    }
  }

  private static void ask(Job job, String backup) {
    job.patch(
        "{\"spec\": {\"restore\": {\"requestId\": \"%s\", \"source\": {\"backupName\": \"%s\"}}}}"
            .formatted(backup, backup));
  }

  private static void lose(Scene scene, Job job) {
    scene.deleteObjects("");
    scene.faults().killPod(job.driver());
  }

  private static double pause(String what, Counter counter, Runnable cause) {
    Job job = counter.job();
    Object before = job.status("restore", "requestId");
    cause.run();
    double seconds =
        Bench.longestPause(
            counter.counting(), () -> !Objects.equals(before, job.status("restore", "requestId")));
    System.out.printf("restore %s: %.2f s%n", what, seconds);
    job.awaitReady(WITHIN);
    counter.counting().awaitMore(WITHIN);
    return seconds;
  }

  /** The delay of each batch from now on, until there are enough. */
  private List<Double> delays(Job job, IntPredicate enough) {
    List<Double> delays = new ArrayList<>();
    double[] seen = {figures(job).get("tidemark_attempt_batches")};
    BooleanSupplier look =
        () -> {
          Map<String, Double> now = figures(job);
          if (now.get("tidemark_attempt_batches") > seen[0]) {
            seen[0] = now.get("tidemark_attempt_batches");
            delays.add(now.get("tidemark_batch_delay_seconds"));
          }
          return !delays.isEmpty() && enough.test(delays.size());
        };
    Awaitility.await("batches")
        .atMost(WITHIN)
        .pollInterval(Duration.ofMillis(250))
        .until(look::getAsBoolean);
    return delays;
  }

  /** The driver's own metrics, those without labels. */
  private Map<String, Double> figures(Job job) {
    ObjectMeta driver = job.driver().getMetadata();
    return cluster
        .client()
        .raw(
            "/api/v1/namespaces/%s/pods/%s:8090/proxy/metrics"
                .formatted(driver.getNamespace(), driver.getName()))
        .lines()
        .filter(line -> !line.startsWith("#") && !line.contains("{"))
        .map(line -> line.split(" ", 2))
        .collect(Collectors.toMap(l -> l[0], l -> Double.valueOf(l[1]), (a, b) -> b));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
