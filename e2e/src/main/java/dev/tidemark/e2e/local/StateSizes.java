package dev.tidemark.e2e.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.e2e.Topic;
import dev.tidemark.e2e.serial.Measure;
import dev.tidemark.e2e.serial.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * Program: {@code StateSizes <directory> <image> <results> <kills> <keys>...}. A running count over
 * so many groups, in local mode with batches of one second: how long a state checkpoint takes, how
 * much memory the driver needs, and how long it is from the kill of its JVM to the next commit,
 * without and with another that stands by, and after several attempts to recover have failed.
 */
public final class StateSizes {
  private static final int PARTITIONS = 4;

  /** Records per second while something is measured, each of a random group. */
  private static final int RATE = 500;

  private static final int FAILED_ATTEMPTS = 4;
  private static final Pace PACE = new Pace(Engine.DStream, 1_000, 50_000, 10_000);
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final String TOPIC = "groups";
  private static final Program COUNT =
      new Program(
          null,
          List.of("get_json_object(value, '$.k') AS k"),
          List.of("k AS g0"),
          List.of(Measure.ROWS),
          false,
          null,
          event -> List.of());

  /** What was seen of one number of groups; seconds, and the most memory resident in MiB. */
  private record Seen(
      int keys,
      List<Double> checkpoints,
      List<Double> recoveries,
      List<Double> standbyRecoveries,
      List<Double> afterFailedAttempts,
      double bytes,
      long memory) {}

  private final Servers servers;
  private final Processes processes;
  private final Path directory;
  private final Path image;
  private final HttpClient http = HttpClient.newHttpClient();

  private StateSizes(Servers servers, Processes processes, Path directory, Path image) {
    this.servers = servers;
    this.processes = processes;
    this.directory = directory;
    this.image = image;
  }

  /** Measures one number of groups after the other; writes JSON and a plot. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]).toAbsolutePath();
    Path image = Path.of(arguments[1]).toAbsolutePath();
    int kills = Integer.parseInt(arguments[3]);
    List<Seen> all = new ArrayList<>();
    for (int i = 4; i < arguments.length; i++) {
      Path own = directory.resolve(arguments[i]);
      try (Servers servers = new Servers(own);
          Processes processes = new Processes(own)) {
        StateSizes bench = new StateSizes(servers, processes, own, image);
        all.add(bench.measure(Integer.parseInt(arguments[i]), kills));
      }
    }
    write(all, Path.of(arguments[2]));
  }

  private Seen measure(int keys, int kills) throws Exception {
    new Topic(servers.kafka(), TOPIC).create(PARTITIONS);
    servers.admin("CREATE DATABASE counted");
    Ledger ledger = new Ledger(servers, "counted");
    try (KafkaProducer<String, String> producer = producer()) {
      for (int i = 0; i < keys; i++) {
        send(producer, i, i);
      }
      producer.flush();
      Thread flow = flow(producer, keys);
      try {
        Seen seen =
            new Seen(
                keys,
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                new ArrayList<>(),
                Double.NaN,
                0);
        return kill(kill(seen, ledger, false, kills), ledger, true, kills);
      } finally {
        flow.interrupt();
        flow.join();
      }
    }
  }

  private Seen kill(Seen seen, Ledger ledger, boolean standby, int kills) throws Exception {
    int keys = seen.keys();
    List<Double> recoveries = standby ? seen.standbyRecoveries() : seen.recoveries();
    String how = standby ? "with a standby" : "without one";
    Driver driver =
        new Driver(
            processes,
            image,
            directory.resolve(standby ? "standby" : "alone"),
            SettingsJson.of(servers, "counted", TOPIC, COUNT, PACE),
            keys > 500_000 ? "-Xms1280m -Xmx1280m" : "-Xms768m -Xmx768m",
            standby);
    try {
      Awaitility.await(keys + " groups counted").atMost(PATIENCE).until(() -> sum(ledger) >= keys);
      long memory = seen.memory();
      for (int i = 0; i < kills; i++) {
        double seconds = checkpoint(keys);
        seen.checkpoints().add(seconds);
        memory = Math.max(memory, resident(driver.jvm().orElseThrow()));
        Awaitility.await("a JVM that stands by")
            .atMost(PATIENCE)
            .until(() -> !standby || driver.standingBy());
        recoveries.add(recovery(driver, ledger));
        System.out.printf(
            Locale.ROOT,
            "%d groups: state checkpoint %.2f s; JVM killed %s, back after %.2f s%n",
            keys,
            seconds,
            how,
            recoveries.get(i));
      }
      checkpoint(keys);
      if (!standby) {
        seen.afterFailedAttempts().add(afterFailedAttempts(driver, ledger));
        System.out.printf(
            Locale.ROOT,
            "%d groups: back %.2f s after the last of %d kills, each during the recovery from the one before%n",
            keys,
            seen.afterFailedAttempts().get(0),
            FAILED_ATTEMPTS + 1);
        checkpoint(keys);
      }
      return new Seen(
          keys,
          seen.checkpoints(),
          seen.recoveries(),
          seen.standbyRecoveries(),
          seen.afterFailedAttempts(),
          metric("tidemark_state_bytes"),
          memory);
    } finally {
      driver.destroy();
    }
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", servers.kafka(), "linger.ms", 20, "batch.size", 100_000),
        new StringSerializer(),
        new StringSerializer());
  }

  private static void send(KafkaProducer<String, String> producer, int number, int key) {
    var unused =
        producer.send(
            new ProducerRecord<>(TOPIC, number % PARTITIONS, null, "{\"k\": \"k" + key + "\"}"));
  }

  private static Thread flow(KafkaProducer<String, String> producer, int keys) {
    SplittableRandom random = new SplittableRandom(1);
    Thread flow =
        new Thread(
            () -> {
              long begun = System.nanoTime();
              for (int sent = 0; !Thread.currentThread().isInterrupted(); sent++) {
                send(producer, sent, random.nextInt(keys));
                long due = begun + sent * (1_000_000_000L / RATE);
                java.util.concurrent.locks.LockSupport.parkNanos(due - System.nanoTime());
              }
            },
            "flow");
    flow.start();
    return flow;
  }

  private static long sum(Ledger ledger) {
    return ledger.committed().values().stream().mapToLong(n -> n).sum();
  }

  /** Seconds of the next state checkpoint that holds every group. */
  private double checkpoint(int keys) {
    double[] seconds = new double[1];
    Awaitility.await("a state checkpoint of " + keys + " groups")
        .atMost(PATIENCE)
        .until(
            () -> {
              seconds[0] = metric("tidemark_state_checkpoint_seconds");
              return metric("tidemark_state_keys") >= keys && seconds[0] > 0;
            });
    return seconds[0];
  }

  private double recovery(Driver driver, Ledger ledger) {
    long epoch = ledger.epoch();
    long begun = System.nanoTime();
    driver.jvm().orElseThrow().destroyForcibly();
    long before = sum(ledger);
    Awaitility.await("the next commit")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> ledger.epoch() > epoch && sum(ledger) > before);
    return (System.nanoTime() - begun) / 1e9;
  }

  /** Each attempt is killed once it has its epoch; that of the last is awaited. */
  private double afterFailedAttempts(Driver driver, Ledger ledger) {
    for (int i = 0; i < FAILED_ATTEMPTS; i++) {
      long epoch = ledger.epoch();
      driver.jvm().orElseThrow().destroyForcibly();
      Awaitility.await("the next attempt").atMost(PATIENCE).until(() -> ledger.epoch() > epoch);
    }
    return recovery(driver, ledger);
  }

  /** NaN while nobody answers, or before there is a value. */
  private double metric(String name) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:8090/metrics"))
            .timeout(Duration.ofSeconds(5))
            .build();
    try {
      String text = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      Matcher line =
          Pattern.compile("^" + name + "(?:\\{.*})? (\\S+)$", Pattern.MULTILINE).matcher(text);
      return line.find() ? Double.parseDouble(line.group(1)) : Double.NaN;
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static long resident(ProcessHandle jvm) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + jvm.pid() + "/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findFirst()
        .orElseThrow();
  }

  private static double middle(List<Double> samples) {
    return samples.stream().sorted().toList().get(samples.size() / 2);
  }

  private static void write(List<Seen> all, Path results) throws IOException, SQLException {
    ObjectNode document = new ObjectMapper().createObjectNode();
    document.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    document.put("cores", Runtime.getRuntime().availableProcessors());
    document.put("java", System.getProperty("java.version")).put("spark", "3.5.5");
    document.set("sizes", new ObjectMapper().valueToTree(all));
    Path base = Files.createDirectories(results).resolve("state-" + document.get("date").asText());
    new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValue(Path.of(base + ".json").toFile(), document);
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(520)
            .title("State of different sizes: medians")
            .xAxisTitle("groups in the state")
            .yAxisTitle("seconds")
            .build();
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
    List<Integer> keys = all.stream().map(Seen::keys).toList();
    chart.addSeries(
        "state checkpoint", keys, all.stream().map(s -> middle(s.checkpoints())).toList());
    chart.addSeries(
        "JVM killed to next commit", keys, all.stream().map(s -> middle(s.recoveries())).toList());
    chart.addSeries(
        "JVM killed to next commit, with a standby",
        keys,
        all.stream().map(s -> middle(s.standbyRecoveries())).toList());
    BitmapEncoder.saveBitmap(chart, base.toString(), BitmapEncoder.BitmapFormat.PNG);
    for (Seen seen : all) {
      System.out.printf(
          Locale.ROOT,
          "== %d groups: state checkpoint %.2f s, back after a kill %.2f s, with a standby %.2f s (medians), at most %d MiB resident%n",
          seen.keys(),
          middle(seen.checkpoints()),
          middle(seen.recoveries()),
          middle(seen.standbyRecoveries()),
          seen.memory());
    }
    System.out.println(base + ".json");
  }
}
