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
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * How much longer the batches of a job that counts take while its checkpoint is backed up: seconds
 * from a batch's time to its commit, of the batches between the request of a backup and its end,
 * and of those just before.
 */
final class BesideBench {
  private static final Duration WITHIN = Duration.ofMinutes(5);
  private static final int RATE = 300;
  private static final int KEYS = 20_000;
  private static final int BEFORE = 12;

  private final Cluster cluster;
  private final Infra infra;
  private final BenchResult result;

  BesideBench(Cluster cluster, Infra infra, BenchResult result) {
    this.cluster = cluster;
    this.infra = infra;
    this.result = result;
  }

  /** So many backups, one after the other. */
  void run(int times) {
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Records records = new Records(KEYS);
      Feeder feeder =
          scene.feed(RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
      Counting counting = new Counting(infra, scene.id(), scene.topic(), Programs.totals());
      Job job =
          scene.apply(
              counting.in(
                  scene.manifest(Mode.LOCAL).set("backup.path", "s3a://backups/" + scene.id())));
      job.awaitReady(WITHIN);
      counting.awaitMore(WITHIN);
      BackupResources backups = new BackupResources(cluster.client(), scene.id());
      List<Double> before = new ArrayList<>();
      List<Double> beside = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        String name = "backup-" + i;
        List<Double> quiet = delays(job, batches -> batches >= BEFORE);
        backups.create(name, job);
        List<Double> during = delays(job, batches -> backups.is(name, "Completed"));
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
      feeder.close();
      Verdict verdict = counting.settle(WITHIN);
      result.add("a batch before a backup", median(before), before, verdict);
      result.add("a batch beside a backup", 1.05 * median(before), beside, verdict);
    }
  }

  private interface Enough {
    boolean after(int batches);
  }

  /** The delay of each batch from now on. */
  private List<Double> delays(Job job, Enough enough) {
    List<Double> delays = new ArrayList<>();
    double[] seen = {figures(job).get("tidemark_attempt_batches")};
    BooleanSupplier look =
        () -> {
          Map<String, Double> now = figures(job);
          if (now.get("tidemark_attempt_batches") > seen[0]) {
            seen[0] = now.get("tidemark_attempt_batches");
            delays.add(now.get("tidemark_batch_delay_seconds"));
          }
          return !delays.isEmpty() && enough.after(delays.size());
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
