package dev.tidemark.e2e;

import dev.tidemark.e2e.serial.Counting;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/**
 * Program of {@code bench/recovery}: how long a job takes from a fault to its next committed row,
 * and the operator from {@code kubectl apply} to a driver pod.
 */
public final class Bench {
  private static final Duration WITHIN = Duration.ofMinutes(3);
  private static final int RATE = 100;
  private static final int GROUPS = 100_000;

  private final Cluster cluster;
  private final Infra infra;
  private final int faults;
  private final BenchResult result;

  private Bench(Cluster cluster, Infra infra, int faults, BenchResult result) {
    this.cluster = cluster;
    this.infra = infra;
    this.faults = faults;
    this.result = result;
  }

  /**
   * Arguments: number of faults of each kind, directory of the results, and seconds of an outage,
   * with which the outage alone is measured, once, or one series of them: {@code standby}, of the
   * driver that has another JVM standing by, {@code change}, of a changed definition, {@code
   * restore}, of going back to a backup, {@code sink}, of a database that was away, {@code node},
   * of a node that hangs, or {@code beside}, of batches while a backup is made.
   */
  public static void main(String[] arguments) throws IOException {
    int faults = Integer.parseInt(arguments[0]);
    try (Cluster cluster = Cluster.connect();
        Infra infra = new Infra(cluster)) {
      BenchResult result = new BenchResult(cluster);
      Bench bench = new Bench(cluster, infra, faults, result);
      String only = arguments.length > 2 ? arguments[2] : "recovery";
      String measured = only.matches("\\d+") ? "outage" : only;
      switch (measured) {
        case "outage" -> bench.outage(Duration.ofSeconds(Long.parseLong(only)));
        case "standby" -> bench.standby();
        case "change" -> bench.change();
        case "restore" -> new BackupBench(cluster, infra, result).restores(faults);
        case "sink" -> new SinkBench(cluster, infra, result).run(faults);
        case "beside" -> new BackupBench(cluster, infra, result).beside(faults);
        case "node" -> new NodeBench(cluster, infra, result).run(faults);
        case "recovery" -> bench.faults();
        default -> throw new IllegalArgumentException("neither seconds nor a series: " + only);
      }
      result.write(Path.of(arguments[1]), measured);
      if (!result.exact()) {
        System.exit(1);
      }
    }
  }

  private void faults() {
    recover("JVM killed, local mode", 3, Mode.LOCAL, (at, job) -> at.killJvm(job.driver()));
    standby();
    recover(
        "driver pod deleted, local mode", 8, Mode.LOCAL, (at, job) -> at.deletePod(job.driver()));
    recover(
        "JVM killed, one executor", 6, Mode.ONE_EXECUTOR, (at, job) -> at.killJvm(job.driver()));
    change();
    apply();
  }

  private void standby() {
    recover(
        "JVM killed, local mode, another stands by",
        3,
        Mode.LOCAL,
        true,
        (at, job) -> at.killJvm(job.driver()));
  }

  /**
   * Two jobs are away for the same time while events go on, then resumed one after the other;
   * batches of one second were missed all the time. One writes rows, the other counts.
   */
  private void outage(Duration outage) {
    try (Scene rows = Scene.open(cluster, infra, "bench");
        Scene groups = Scene.open(cluster, infra, "bench")) {
      Feeder.write(groups.topic(), 1, GROUPS, (number, random) -> group(number));
      Feeder counts = groups.feed(RATE, (number, random) -> group(random.nextInt(GROUPS)));
      Counting counting = new Counting(infra, groups.id(), groups.topic(), Programs.sums());
      Job counter = groups.apply(counting.in(groups.manifest(Mode.LOCAL)));
      counting.awaitCounted(GROUPS, WITHIN);
      counter.awaitReady(WITHIN);
      Feeder events = rows.feed(RATE);
      Job job = rows.apply(rows.manifest(Mode.LOCAL));
      job.awaitReady(WITHIN);
      rows.awaitMoreRows(WITHIN);
      counter.suspend(WITHIN);
      double seconds = Outage.of(outage, rows, job);
      events.close();
      back(
          "back after an outage of " + outage,
          15,
          seconds,
          rows.settle(WITHIN, Rule.importantWithPlace()));

      Instant resumed = Instant.now();
      counter.resume();
      counting.awaitMore(WITHIN);
      seconds = Duration.between(resumed, Instant.now()).toMillis() / 1000.0;
      counter.awaitReady(WITHIN);
      counts.close();
      back(
          "back after an outage of " + outage + ", counting " + GROUPS + " groups",
          30,
          seconds,
          counting.settle(WITHIN));
    }
  }

  private void back(String name, double target, double seconds, Verdict verdict) {
    System.out.printf("%s: %.2f s; %s%n", name, seconds, verdict);
    result.add(name, target, List.of(seconds), verdict);
  }

  private static String group(long number) {
    return "{\"k\": \"k" + number + "\", \"v\": " + number % 100 + "}";
  }

  private void recover(
      String name, double target, Mode mode, BiFunction<Faults, Job, Instant> fault) {
    recover(name, target, mode, false, fault);
  }

  private void recover(
      String name,
      double target,
      Mode mode,
      boolean standby,
      BiFunction<Faults, Job, Instant> fault) {
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Feeder feeder = scene.feed(RATE);
      Manifest manifest = scene.manifest(mode);
      Job job = scene.apply(standby ? manifest.set("driver.standby", true) : manifest);
      job.awaitReady(WITHIN);
      scene.awaitMoreRows(WITHIN);
      List<Double> samples = new ArrayList<>();
      for (int i = 0; i < faults; i++) {
        long restarts = job.number("restarts");
        if (standby) {
          scene.faults().awaitStandby(job.driver(), WITHIN);
        }
        Recovery recovery = Recovery.watch(scene.table());
        double seconds = recovery.secondsSince(fault.apply(scene.faults(), job), WITHIN);
        samples.add(seconds);
        System.out.printf("%s: %d of %d: %.2f s%n", name, i + 1, faults, seconds);
        job.await(
            "counted the recovery", WITHIN, object -> Job.number(object, "restarts") > restarts);
        job.awaitReady(WITHIN);
        scene.awaitRows(scene.table().count() + 3 * RATE / 2, WITHIN); // about three more batches
      }
      feeder.close();
      Verdict verdict = scene.settle(WITHIN, Rule.importantWithPlace());
      System.out.println(name + ": " + verdict);
      result.add(name, target, samples, verdict);
    }
  }

  /**
   * The filter of a job that counts is changed while records flow: the longest time between two
   * commits, from the request to the first commit of the new revision.
   */
  private void change() {
    String name = "filter of a running count changed, longest time without a commit";
    List<Double> samples = new ArrayList<>();
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Records records = new Records(200);
      Feeder feeder =
          scene.feed(RATE, (number, random) -> records.next(random, System.currentTimeMillis()));
      Counting counting = new Counting(infra, scene.id(), scene.topic(), Programs.totals());
      Job job = scene.apply(counting.in(scene.manifest(Mode.LOCAL)));
      job.awaitReady(WITHIN);
      counting.awaitMore(WITHIN);
      for (int i = 0; i < faults; i++) {
        long revision = job.number("revision");
        String filter = i % 2 == 0 ? '"' + Programs.filteredTotals().filter() + '"' : "null";
        job.patch("{\"spec\": {\"filter\": " + filter + "}}");
        samples.add(longestPause(counting, () -> job.number("revision") > revision));
        System.out.printf("%s: %d of %d: %.2f s%n", name, i + 1, faults, samples.get(i));
        job.awaitReady(WITHIN);
        counting.awaitMore(WITHIN);
      }
      feeder.close();
    }
    result.add(name, 15, samples, null);
  }

  /** Seconds, until something is committed after {@code over} has become true. */
  static double longestPause(Counting counting, BooleanSupplier over) {
    long[] last = {System.nanoTime(), 0};
    long[] counted = {counting.counted()};
    counting.awaitCounted(
        "a commit of the new revision",
        WITHIN,
        now -> {
          if (now == counted[0]) {
            return false;
          }
          counted[0] = now;
          long at = System.nanoTime();
          last[1] = Math.max(last[1], at - last[0]);
          last[0] = at;
          return over.getAsBoolean();
        });
    return last[1] / 1e9;
  }

  /**
   * From the request that creates the job to the driver pod seen in a watch, less the time of the
   * check run's pod.
   */
  private void apply() {
    List<Double> samples = new ArrayList<>();
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      for (int i = 0; i < faults; i++) {
        Sightings seen = new Sightings();
        Watch watch = cluster.client().pods().inNamespace(scene.id()).watch(seen);
        try {
          long begin = System.nanoTime();
          Job job =
              scene.apply(
                  scene
                      .manifest(Mode.LOCAL)
                      .name("job" + i)
                      .path(scene.checkpointPath() + "/" + i));
          long driver = within(seen.driver);
          long check = within(seen.checked) - within(seen.checking);
          samples.add((driver - begin - check) / 1e9);
          job.delete(WITHIN);
        } finally {
          watch.close();
        }
        System.out.printf("apply to driver pod: %d of %d: %.3f s%n", i + 1, faults, samples.get(i));
      }
    }
    result.add("apply to driver pod, check run not counted", 0.2, samples, null);
  }

  private static long within(CompletableFuture<Long> sighting) {
    return sighting.orTimeout(WITHIN.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** When pods of the three kinds were first seen in the states that matter. */
  private static final class Sightings implements Watcher<Pod> {
    final CompletableFuture<Long> checking = new CompletableFuture<>();
    final CompletableFuture<Long> checked = new CompletableFuture<>();
    final CompletableFuture<Long> driver = new CompletableFuture<>();

    @Override
    public void eventReceived(Action action, Pod pod) {
      long now = System.nanoTime();
      Map<String, String> labels = pod.getMetadata().getLabels();
      String component =
          labels == null ? "" : labels.getOrDefault("app.kubernetes.io/component", "");
      if (component.equals("check")) {
        checking.complete(now);
        // the operator takes an ended container's answer and removes the pod before its phase
        // follows
        boolean ended =
            pod.getStatus().getContainerStatuses().stream()
                .anyMatch(c -> c.getState() != null && c.getState().getTerminated() != null);
        if (ended || action == Action.DELETED) {
          checked.complete(now);
        }
      } else if (component.equals("driver")) {
        driver.complete(now);
      }
    }

    @Override
    public void onClose(WatcherException cause) {
      driver.completeExceptionally(cause);
    }
  }
}
