package dev.tidemark.e2e;

import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The benchmark's result: machine, versions and every sample as JSON, and a plot of the sorted
 * samples.
 */
final class BenchResult {
  private final Map<String, Object> document = new LinkedHashMap<>();
  private final List<Map<String, Object>> series = new ArrayList<>();
  private boolean exact = true;

  BenchResult(Cluster cluster) throws IOException {
    document.putAll(circumstances(cluster));
    document.put("series", series);
  }

  /** When, on what machine, and with which versions something is measured. */
  static Map<String, Object> circumstances(Cluster cluster) throws IOException {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("at", Instant.now().toString());
    document.put("machine", machine());
    document.put("kubernetes", cluster.client().getKubernetesVersion().getGitVersion());
    document.put(
        "images",
        cluster
            .client()
            .apps()
            .deployments()
            .inNamespace(Cluster.OPERATOR)
            .list()
            .getItems()
            .stream()
            .flatMap(
                deployment -> deployment.getSpec().getTemplate().getSpec().getContainers().stream())
            .flatMap(
                container ->
                    Stream.concat(
                        Stream.of(container.getImage()),
                        container.getEnv().stream()
                            .map(variable -> variable.getValue())
                            .filter(value -> value != null && value.contains("tidemark/"))))
            .toList());
    return document;
  }

  private static Map<String, Object> machine() throws IOException {
    Map<String, Object> machine = new LinkedHashMap<>();
    machine.put("cores", Runtime.getRuntime().availableProcessors());
    machine.put("cpu", value(Path.of("/proc/cpuinfo"), "model name"));
    machine.put("memory", value(Path.of("/proc/meminfo"), "MemTotal"));
    machine.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    machine.put("java", System.getProperty("java.version"));
    return machine;
  }

  private static String value(Path file, String key) throws IOException {
    if (!Files.isReadable(file)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    }
  }

  /** Adds the samples of one kind of fault; the verdict is null where no rows were judged. */
  void add(String name, double target, List<Double> samples, Verdict verdict) {
    List<Double> sorted = samples.stream().sorted().toList();
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", name);
    entry.put("targetP50", target);
    entry.put("p50", at(sorted, 0.5));
    entry.put("p90", at(sorted, 0.9));
    entry.put("max", sorted.get(sorted.size() - 1));
    if (verdict != null) {
      exact &= verdict.exact();
      entry.put("events", verdict.events());
      entry.put("rows", verdict.rows());
      entry.put("lost", verdict.lost());
      entry.put("doubled", verdict.doubled());
    }
    entry.put("seconds", samples);
    series.add(entry);
    System.out.printf(
        Locale.ROOT,
        "== %s: p50 %.2f s (wanted %.1f), p90 %.2f s%n",
        name,
        at(sorted, 0.5),
        target,
        at(sorted, 0.9));
  }

  /** True when no series lost or doubled a row. */
  boolean exact() {
    return exact;
  }

  private static double at(List<Double> sorted, double quantile) {
    double place = quantile * (sorted.size() - 1);
    int below = (int) Math.floor(place);
    int above = (int) Math.ceil(place);
    return sorted.get(below) + (sorted.get(above) - sorted.get(below)) * (place - below);
  }

  /** Writes {@code <what>-<date>.json} and {@code .png}. */
  void write(Path directory, String what) throws IOException {
    Files.createDirectories(directory);
    String name = what + "-" + LocalDate.now(ZoneOffset.UTC);
    Files.writeString(directory.resolve(name + ".json"), Serialization.asJson(document) + "\n");
    XYChart chart =
        new XYChartBuilder()
            .width(1000)
            .height(560)
            .title("Seconds from a fault to the next committed row")
            .xAxisTitle("faults, fastest first")
            .yAxisTitle("seconds")
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    for (Map<String, Object> entry : series) {
      @SuppressWarnings("unchecked") // put there by add
      List<Double> samples = ((List<Double>) entry.get("seconds")).stream().sorted().toList();
      List<Integer> places = IntStream.rangeClosed(1, samples.size()).boxed().toList();
      String label =
          String.format(
              Locale.ROOT, "%s (p50 %.2f s)", entry.get("name"), (Double) entry.get("p50"));
      chart.addSeries(label, places, samples).setMarker(SeriesMarkers.CIRCLE);
    }
    BitmapEncoder.saveBitmap(chart, directory.resolve(name).toString(), BitmapFormat.PNG);
    System.out.println(directory.resolve(name + ".json"));
  }
}
