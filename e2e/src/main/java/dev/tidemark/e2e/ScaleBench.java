package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.Styler.YAxisPosition;

/**
 * Program of {@code bench/scale}: what the operator costs with many jobs, whose drivers are
 * simulated ({@code e2e/cluster/simulated}) and report at the documented rate.
 */
public final class ScaleBench {
  private static final String NAMESPACE = "bench-scale";
  private static final Duration WITHIN = Duration.ofMinutes(20);
  private static final Duration SETTLED = Duration.ofMinutes(1);
  private static final Duration MEASURED = Duration.ofMinutes(3);
  private static final int FAILURES = 100;
  private static final double TICKS_PER_SECOND = 100; // USER_HZ, which is the same everywhere
  private static final Pattern STATUS_WRITE =
      Pattern.compile(
          "^apiserver_request_total\\{.*resource=\"streamingjobs\".*subresource=\"status\",verb=\"PUT\".*} (\\S+)$");

  private final KubernetesClient client;
  private final ReportingDrivers drivers;

  private final List<Idle> idle = new ArrayList<>();
  private Failed failed;

  private ScaleBench(KubernetesClient client, ReportingDrivers drivers) {
    this.client = client;
    this.drivers = drivers;
  }

  /** Arguments: directory of the results, then numbers of jobs, the smallest first. */
  public static void main(String[] arguments) throws IOException {
    try (Cluster cluster = Cluster.connect()) {
      cluster.createJobNamespace(NAMESPACE);
      try (ReportingDrivers drivers = new ReportingDrivers(cluster.client(), NAMESPACE)) {
        ScaleBench bench = new ScaleBench(cluster.client(), drivers);
        List<Integer> sizes =
            List.of(arguments).subList(1, arguments.length).stream().map(Integer::valueOf).toList();
        bench.run(sizes);
        bench.write(BenchResult.circumstances(cluster), Path.of(arguments[0]));
      } finally {
        cluster.client().namespaces().withName(NAMESPACE).delete();
      }
    }
  }

  private record Use(double cpuSeconds, long residentMebibytes) {}

  /**
   * The operator while nothing happened.
   *
   * @param core share of one core, 0 to 1
   * @param reports of a job's driver, an hour
   * @param statusWrites of a job by the operator, an hour: with the reports all requests there are
   */
  private record Idle(
      int jobs, double core, long residentMebibytes, double reports, double statusWrites) {}

  /** Drivers that failed at once, and how soon, in seconds, the next ones were made. */
  private record Failed(int drivers, double p50Seconds, double lastSeconds, double cpuSeconds) {}

  private void run(List<Integer> sizes) {
    int there = 0;
    for (int size : sizes) {
      for (; there < size; there++) {
        new Job(client, NAMESPACE, "job" + there).create(manifest(there).yaml());
      }
      Awaitility.await(size + " jobs that run")
          .atMost(WITHIN)
          .pollInterval(Duration.ofSeconds(2))
          .until(() -> drivers.running().size() >= size);
      idle(size);
    }
    failed = failing(Math.min(FAILURES, there));
    System.out.println(failed);
  }

  private static Manifest manifest(int number) {
    return Manifest.of(NAMESPACE, "job" + number, Mode.LOCAL)
        .topic("events")
        .database("tidemark")
        .table("events_" + number)
        .path("s3a://" + Infra.BUCKET + "/scale-" + number)
        .set(
            "driver.template.spec",
            Map.of(
                "nodeSelector",
                Map.of("tidemark.dev/e2e", "simulated"),
                "tolerations",
                List.of(Map.of("key", "tidemark.dev/e2e", "operator", "Exists"))));
  }

  private void idle(int size) {
    Outage.last(SETTLED);
    Use before = use();
    long reports = drivers.reports();
    double writes = statusWrites();
    Duration measured = measured(size);
    Outage.last(measured);
    Use after = use();
    double seconds = measured.toSeconds();
    idle.add(
        new Idle(
            size,
            (after.cpuSeconds() - before.cpuSeconds()) / seconds,
            after.residentMebibytes(),
            hourly((double) (drivers.reports() - reports), size),
            hourly(statusWrites() - writes, size)));
    System.out.println(idle.get(idle.size() - 1));
  }

  /** The figures of idle jobs are written one job a second, so as long as it takes for all. */
  private static Duration measured(int jobs) {
    return Duration.ofSeconds(Math.max(MEASURED.toSeconds(), jobs));
  }

  private static double hourly(double requests, int jobs) {
    return requests / jobs * Duration.ofHours(1).toSeconds() / measured(jobs).toSeconds();
  }

  private Failed failing(int failures) {
    Use before = use();
    Map<String, Pod> all = drivers.running();
    Map<String, Instant> ended = new LinkedHashMap<>();
    all.keySet().stream().limit(failures).forEach(job -> ended.put(job, fail(all.get(job))));
    Awaitility.await(failures + " drivers made again")
        .atMost(WITHIN)
        .until(
            () -> ended.keySet().stream().allMatch(job -> drivers.made(job + "-driver-2") != null));
    List<Double> seconds =
        ended.entrySet().stream()
            .map(
                entry ->
                    Duration.between(entry.getValue(), drivers.made(entry.getKey() + "-driver-2"))
                            .toMillis()
                        / 1000.0)
            .sorted()
            .toList();
    Outage.last(Duration.ofSeconds(30));
    return new Failed(
        failures,
        seconds.get(seconds.size() / 2),
        seconds.get(seconds.size() - 1),
        use().cpuSeconds() - before.cpuSeconds());
  }

  /** As a kubelet says it of a driver whose supervisor has given up. */
  private Instant fail(Pod pod) {
    Pod ended =
        new PodBuilder(pod)
            .editStatus()
            .withPhase("Failed")
            .editFirstContainerStatus()
            .withReady(false)
            .withNewState()
            .withNewTerminated()
            .withExitCode(70)
            .withReason("Error")
            .withFinishedAt(Instant.now().toString())
            .withMessage(
                "{\"reason\":\"JvmCrashed\",\"message\":\"simulated\",\"retryable\":true,\"attempt\":%d}"
                    .formatted(Job.attempt(pod)))
            .endTerminated()
            .endState()
            .endContainerStatus()
            .endStatus()
            .build();
    client.pods().resource(ended).patchStatus();
    return Instant.now();
  }

  /** Of the operator's process so far. */
  private Use use() {
    Faults faults = new Faults(client);
    Pod operator = client.pods().inNamespace(Cluster.OPERATOR).withName(faults.leader()).get();
    String container = operator.getSpec().getContainers().get(0).getName();
    String said = faults.exec(operator, container, "cat /proc/1/stat; grep VmRSS /proc/1/status");
    String[] stat = said.lines().findFirst().orElseThrow().split("\\) ", 2)[1].split(" ", -1);
    Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(said);
    if (!resident.find()) {
      throw new IllegalStateException("The operator's memory is not told: " + said);
    }
    // proc(5): after the name in parentheses, utime and stime are the 12th and 13th field
    double ticks = Long.parseLong(stat[11]) + Long.parseLong(stat[12]);
    return new Use(ticks / TICKS_PER_SECOND, Long.parseLong(resident.group(1)) / 1024);
  }

  private void write(Map<String, Object> circumstances, Path directory) throws IOException {
    circumstances.put("idle", idle);
    circumstances.put("failedAtOnce", failed);
    Path file = directory.resolve("scale-" + LocalDate.now(ZoneOffset.UTC));
    Files.createDirectories(directory);
    Files.writeString(Path.of(file + ".json"), Serialization.asJson(circumstances) + "\n");
    BitmapEncoder.saveBitmap(plot(), file.toString(), BitmapFormat.PNG);
    System.out.println(file + ".json");
  }

  private XYChart plot() {
    XYChart chart =
        new XYChartBuilder()
            .width(1000)
            .height(560)
            .title("The operator, with drivers that report that there is nothing to do")
            .xAxisTitle("jobs")
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisMin(0, 0.0);
    chart.getStyler().setYAxisMin(1, 0.0);
    chart.getStyler().setYAxisGroupPosition(1, YAxisPosition.Right);
    chart.setYAxisGroupTitle(0, "percent of a core");
    chart.setYAxisGroupTitle(1, "MiB resident");
    List<Integer> jobs = idle.stream().map(Idle::jobs).toList();
    chart.addSeries("percent of a core", jobs, idle.stream().map(i -> 100 * i.core()).toList());
    chart
        .addSeries("MiB resident", jobs, idle.stream().map(Idle::residentMebibytes).toList())
        .setYAxisGroup(1);
    return chart;
  }

  /** Writes of a job's status the API server has answered so far. */
  private double statusWrites() {
    return client
        .raw("/metrics")
        .lines()
        .map(STATUS_WRITE::matcher)
        .filter(Matcher::matches)
        .mapToDouble(line -> Double.parseDouble(line.group(1)))
        .sum();
  }
}
