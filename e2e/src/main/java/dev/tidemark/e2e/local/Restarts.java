package dev.tidemark.e2e.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.e2e.Feeder;
import dev.tidemark.e2e.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/**
 * Program: {@code Restarts <directory> <image> <results> <blocks> <kills> <plain classes>}. Seconds
 * from the kill of the driver's JVM to the next row, of the article's program written by hand,
 * which a shell loop starts again, and of Tidemark by either engine, without and with a JVM that
 * stands by; in turns on one machine, so that what counts, the ratio, does not depend on how fast
 * it is today.
 */
public final class Restarts {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String TOPIC = "events";
  private static final String BY_HAND = "by hand";

  private final Servers servers;
  private final Processes processes;
  private final Path directory;
  private final Path image;
  private final int kills;
  private final String plain;

  private Restarts(
      Servers servers, Processes processes, Path directory, Path image, int kills, String plain) {
    this.servers = servers;
    this.processes = processes;
    this.directory = directory;
    this.image = image;
    this.kills = kills;
    this.plain = plain;
  }

  /** Measures in blocks, one of each in turn; writes JSON. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]).toAbsolutePath();
    Path image = Path.of(arguments[1]).toAbsolutePath();
    Map<String, List<Double>> samples = new LinkedHashMap<>();
    try (Servers servers = new Servers(directory);
        Processes processes = new Processes(directory)) {
      Topic topic = new Topic(servers.kafka(), TOPIC);
      topic.create(4);
      Restarts bench =
          new Restarts(
              servers, processes, directory, image, Integer.parseInt(arguments[4]), arguments[5]);
      Feeder feeder = Feeder.start(topic, 1, 100);
      for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
        List<Double> plain = samples.computeIfAbsent(BY_HAND, any -> new ArrayList<>());
        plain.addAll(bench.plain("plain" + i));
        for (Engine engine : Engine.values()) {
          for (boolean standby : List.of(false, true)) {
            String of = engine + (standby ? " with a standby" : "");
            String name = engine.name().toLowerCase(Locale.ROOT) + (standby ? "_standby" : "") + i;
            samples
                .computeIfAbsent(of, any -> new ArrayList<>())
                .addAll(bench.tidemark(name, engine, standby));
          }
        }
      }
      feeder.close();
    }
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    result.put("cores", Runtime.getRuntime().availableProcessors());
    result.put("java", System.getProperty("java.version")).put("spark", "3.5.5");
    ObjectNode ratios = result.putObject("ratiosOfMedians");
    System.out.println("== JVM killed to next row, medians, and ratio to the program by hand");
    double theirs = middle(samples.get(BY_HAND));
    samples.forEach(
        (of, seconds) -> {
          ratios.put(of, middle(seconds) / theirs);
          System.out.printf(
              Locale.ROOT, "%s: %.2f s (%.2f)%n", of, middle(seconds), middle(seconds) / theirs);
        });
    result.putPOJO("seconds", samples);
    Path file =
        Files.createDirectories(Path.of(arguments[2]))
            .resolve("restarts-" + result.get("date").asText() + ".json");
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), result);
    System.out.println(file);
  }

  private static double middle(List<Double> samples) {
    return samples.stream().sorted().toList().get(samples.size() / 2);
  }

  private List<Double> tidemark(String name, Engine engine, boolean standby)
      throws IOException, SQLException {
    servers.admin("CREATE DATABASE " + name);
    Driver driver =
        new Driver(
            processes,
            image,
            directory.resolve(name),
            SettingsJson.ofRows(servers, name, TOPIC, new Pace(engine, 1_000, 5_000, 10_000)),
            "-Xms768m -Xmx768m",
            standby);
    try {
      return killed(name, driver::jvm, () -> !standby || driver.standingBy());
    } finally {
      driver.destroy();
    }
  }

  private List<Double> plain(String name) throws IOException, SQLException {
    servers.admin("CREATE DATABASE " + name);
    try (Connection connection = servers.connect(name);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE results (value text)");
    }
    List<String> java = new ArrayList<>(List.of("java", "-Xmx768m"));
    java.addAll(List.of(Throughput.OPENS.split(" ", -1)));
    java.addAll(Throughput.store(servers));
    java.addAll(List.of("-cp", plain + ":" + image + "/app/*:" + image + "/lib/*"));
    java.addAll(List.of("PlainRows", servers.kafka(), TOPIC, servers.jdbc(name)));
    java.add("s3a://" + Servers.BUCKET + "/" + name);
    List<String> loop = new ArrayList<>(List.of("bash", "-c", "while :; do \"$@\"; done", "loop"));
    loop.addAll(java);
    Process shell = processes.start(name, Map.of("SPARK_LOCAL_IP", "127.0.0.1"), loop);
    try {
      return killed(name, () -> shell.children().findFirst(), () -> true);
    } finally {
      List<ProcessHandle> inside = shell.descendants().toList();
      shell.destroyForcibly().onExit().join();
      inside.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private List<Double> killed(
      String name, Supplier<Optional<ProcessHandle>> jvm, Callable<Boolean> ready) {
    List<Double> seconds = new ArrayList<>();
    awaitRows(name, 1);
    for (int i = 0; i < kills; i++) {
      awaitRows(name, rows(name) + 150); // about three batches
      Awaitility.await("a JVM that stands by").atMost(PATIENCE).until(ready);
      ProcessHandle victim = jvm.get().orElseThrow();
      long begun = System.nanoTime();
      victim.destroyForcibly();
      victim.onExit().orTimeout(10, TimeUnit.SECONDS).join();
      awaitRows(name, rows(name) + 1);
      seconds.add((System.nanoTime() - begun) / 1e9);
      System.out.printf(Locale.ROOT, "%s: back after %.2f s%n", name, seconds.get(i));
    }
    return seconds;
  }

  private void awaitRows(String name, long rows) {
    Awaitility.await(rows + " rows of " + name)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> rows(name) >= rows);
  }

  private long rows(String name) {
    try (Connection connection = servers.connect(name);
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT count(*) FROM results")) {
      result.next();
      return result.getLong(1);
    } catch (SQLException e) {
      return 0; // there is no table yet
    }
  }
}
