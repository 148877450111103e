package dev.tidemark.e2e.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.e2e.Topic;
import dev.tidemark.e2e.serial.Measure;
import dev.tidemark.e2e.serial.Program;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Program: {@code Throughput <directory> <image> <results> <pairs> <plain classes> [work|all
 * [engine]]}. Records per second of Tidemark and of the same program written by hand in plain
 * Spark, one after the other, over the same topic with the same cores, heap, batches and servers;
 * what counts is the ratio of each pair.
 */
public final class Throughput {
  private static final int PARTITIONS = 4;
  private static final String HEAP = "-Xms1g -Xmx1g";
  private static final long BATCH_MILLIS = 1_000;
  private static final Duration LOOK = Duration.ofMillis(100); // either side is looked at as often
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final Pattern READ = Pattern.compile("read (\\d+) at (\\d+)");

  /**
   * What is measured.
   *
   * @param rate records per second and partition that a batch takes at most: more than can be done,
   *     or the limit would be measured
   * @param program null for the article's first job with a topic, or files, in place of the table
   */
  private record Work(String name, int records, int rate, Program program) {
    boolean rows() {
      return program == null;
    }

    boolean files() {
      return name.equals("files");
    }

    /** Before that nothing is measured: code is being compiled. */
    int warm() {
      return records / 3;
    }
  }

  private static final List<Work> WORKS =
      List.of(
          new Work("words", 6_000_000, 200_000, program("explode(split(value, ' ')) AS k", true)),
          new Work(
              "running", 9_000_000, 200_000, program("get_json_object(value, '$.k') AS k", false)),
          new Work("topic", 18_000_000, 300_000, null),
          new Work("files", 18_000_000, 300_000, null));

  private final Servers servers;
  private final Processes processes;
  private final Path directory;
  private final Path image;
  private final String plain;
  private final Engine engine;

  private Throughput(
      Servers servers,
      Processes processes,
      Path directory,
      Path image,
      String plain,
      Engine engine) {
    this.engine = engine;
    this.servers = servers;
    this.processes = processes;
    this.directory = directory;
    this.image = image;
    this.plain = plain;
  }

  private static Program program(String select, boolean perBatch) {
    return new Program(
        null,
        List.of(select),
        List.of("k AS g0"),
        List.of(Measure.ROWS),
        perBatch,
        null,
        event -> List.of());
  }

  /** Measures pairs and writes them as JSON. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[0]).toAbsolutePath();
    Path image = Path.of(arguments[1]).toAbsolutePath();
    int pairs = Integer.parseInt(arguments[3]);
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    result.put("cores", Runtime.getRuntime().availableProcessors());
    result.put("java", System.getProperty("java.version"));
    Engine engine = arguments.length > 6 ? Engine.valueOf(arguments[6]) : Engine.DStream;
    result.put("spark", "3.5.5").put("engine", engine.name());
    result.put("partitions", PARTITIONS).put("heap", HEAP);
    try (Servers servers = new Servers(directory);
        Processes processes = new Processes(directory)) {
      Throughput bench = new Throughput(servers, processes, directory, image, arguments[4], engine);
      for (Work work : WORKS) {
        boolean wanted =
            arguments.length < 6 || arguments[5].equals("all") || work.name().equals(arguments[5]);
        if (!wanted) {
          continue;
        }
        bench.write(work);
        ArrayNode measured = result.putArray(work.name());
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
          double theirs = bench.plain(work, i);
          double ours = bench.tidemark(work, i);
          ratios.add(ours / theirs);
          measured.addObject().put("plain", theirs).put("tidemark", ours);
          System.out.printf(
              Locale.ROOT,
              "%s, pair %d: plain %.0f/s, tidemark %.0f/s, ratio %.2f%n",
              work.name(),
              i + 1,
              theirs,
              ours,
              ours / theirs);
        }
        Collections.sort(ratios);
        System.out.printf(
            Locale.ROOT,
            "== %s: ratio %.2f (%.2f to %.2f)%n",
            work.name(),
            ratios.get(ratios.size() / 2),
            ratios.get(0),
            ratios.get(ratios.size() - 1));
      }
    }
    Path file =
        Files.createDirectories(Path.of(arguments[2]))
            .resolve(
                "throughput-"
                    + (engine == Engine.DStream ? "" : "structured-")
                    + LocalDate.now(ZoneOffset.UTC)
                    + ".json");
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(file.toFile(), result);
    System.out.println(file);
  }

  private void write(Work work) {
    new Topic(servers.kafka(), work.name()).create(PARTITIONS);
    SplittableRandom random = new SplittableRandom(1);
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers.kafka(), "linger.ms", 50, "batch.size", 200_000),
            new StringSerializer(),
            new StringSerializer())) {
      for (int i = 0; i < work.records(); i++) {
        String value =
            switch (work.name()) {
              case "words" -> words(random);
              case "topic", "files" -> (i % 8 < 4 ? "important " : "idle ") + words(random);
              default -> json(random);
            };
        var unused = producer.send(new ProducerRecord<>(work.name(), i % PARTITIONS, null, value));
      }
    }
  }

  private static String words(SplittableRandom random) {
    StringBuilder words = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      words.append(i == 0 ? "" : " ").append('w').append(skewed(random, 5_000));
    }
    return words.toString();
  }

  private static String json(SplittableRandom random) {
    return "{\"k\": \"k" + skewed(random, 20_000) + "\", \"v\": " + random.nextInt(1_000) + "}";
  }

  private static int skewed(SplittableRandom random, int below) {
    return (int) (random.nextDouble() * random.nextDouble() * below);
  }

  private double tidemark(Work work, int number) throws IOException, SQLException {
    String name = "t_" + work.name() + number;
    servers.admin("CREATE DATABASE " + name);
    Pace pace = new Pace(engine, BATCH_MILLIS, work.rate(), 10_000);
    String settings =
        work.files()
            ? SettingsJson.ofFiles(servers, name, work.name(), path(name + "-files"), pace)
            : work.rows()
                ? SettingsJson.ofTopic(servers, name, work.name(), results(name), pace)
                : SettingsJson.of(servers, name, work.name(), work.program(), pace);
    Driver driver =
        new Driver(
            processes,
            image,
            directory.resolve(name),
            settings,
            HEAP + " -Dspark.ui.enabled=false");
    Ledger ledger = new Ledger(servers, name);
    try (Group group = new Group(servers, name)) {
      return work.files()
          ? measured(work, name, () -> filed(name + "-files"))
          : work.rows()
              ? measured(work, name, group::committed)
              : measured(
                  work, name, () -> ledger.committed().values().stream().mapToLong(n -> n).sum());
    } finally {
      driver.destroy();
    }
  }

  private static String path(String name) {
    return "s3a://" + Servers.BUCKET + "/" + name;
  }

  /** Offsets in the ledger beside files. */
  private long filed(String name) {
    try {
      byte[] ledger =
          servers
              .s3()
              .getObjectAsBytes(r -> r.bucket(Servers.BUCKET).key(name + "/_tidemark/ledger.json"))
              .asByteArray();
      long committed = 0;
      for (JsonNode offset : new ObjectMapper().readTree(ledger).get("offsets")) {
        committed += offset.get("until").asLong();
      }
      return committed;
    } catch (NoSuchKeyException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double measured(Work work, String name, LongSupplier committed) {
    long[] first = new long[2];
    Awaitility.await("all of " + name)
        .atMost(PATIENCE)
        .pollInterval(LOOK)
        .until(
            () -> {
              long read = committed.getAsLong();
              if (read >= work.warm() && first[0] == 0) {
                first[0] = read;
                first[1] = System.currentTimeMillis();
              }
              return read == work.records();
            });
    return 1e3 * (work.records() - first[0]) / (System.currentTimeMillis() - first[1]);
  }

  /** A topic of its own for each run. */
  private String results(String name) {
    String results = name + "-results";
    new Topic(servers.kafka(), results).create(PARTITIONS);
    return results;
  }

  private double plain(Work work, int number) throws IOException, SQLException {
    String name = "p_" + work.name() + number;
    servers.admin("CREATE DATABASE " + name);
    try (Connection connection = servers.connect(name);
        Statement statement = connection.createStatement()) {
      String key = work.name().equals("words") ? "" : " PRIMARY KEY";
      statement.execute("CREATE TABLE plain (k text" + key + ", n bigint)");
    }
    List<String> command = new ArrayList<>(List.of("java"));
    command.addAll(List.of((HEAP + " " + OPENS + " -XX:+UseSerialGC").split(" ", -1)));
    command.addAll(store(servers));
    command.addAll(
        List.of("-cp", plain + ":" + plain + "/lib/*:" + image + "/app/*:" + image + "/lib/*"));
    command.add(
        engine == Engine.StructuredStreaming
            ? "PlainStructured"
            : work.files() ? "PlainFiles" : work.rows() ? "PlainTopic" : "PlainCounts");
    command.addAll(List.of(work.name(), servers.kafka(), work.name()));
    command.add(
        work.files() ? path(name + "-files") : work.rows() ? results(name) : servers.jdbc(name));
    command.add(Long.toString(BATCH_MILLIS));
    command.add(Integer.toString(work.rate()));
    command.add(path(name));
    command.add(Integer.toString(PARTITIONS));
    Process process = processes.start(name, Map.of("SPARK_LOCAL_IP", "127.0.0.1"), command);
    try {
      List<long[]> reads = new ArrayList<>();
      Awaitility.await("all of " + name)
          .atMost(PATIENCE)
          .pollInterval(LOOK)
          .until(
              () -> {
                reads.clear();
                Matcher read = READ.matcher(Files.readString(directory.resolve(name + ".log")));
                while (read.find()) {
                  reads.add(
                      new long[] {Long.parseLong(read.group(1)), Long.parseLong(read.group(2))});
                }
                reads.removeIf(r -> r[0] < work.warm());
                return !reads.isEmpty() && reads.get(reads.size() - 1)[0] == work.records();
              });
      long[] first = reads.get(0);
      long[] last = reads.stream().filter(r -> r[0] == work.records()).findFirst().orElseThrow();
      return 1e3 * (last[0] - first[0]) / (last[1] - first[1]);
    } finally {
      process.destroyForcibly();
      process.onExit().join();
    }
  }

  /** How plain Spark reaches MinIO. */
  static List<String> store(Servers servers) {
    return List.of(
        "-Dspark.hadoop.fs.s3a.endpoint=" + servers.minio(),
        "-Dspark.hadoop.fs.s3a.access.key=" + Servers.USER,
        "-Dspark.hadoop.fs.s3a.secret.key=" + Servers.PASSWORD,
        "-Dspark.hadoop.fs.s3a.path.style.access=true");
  }

  /** What Spark opens on Java 17. */
  static final String OPENS =
      "--add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.lang.invoke=ALL-UNNAMED"
          + " --add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/java.net=ALL-UNNAMED"
          + " --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED"
          + " --add-opens=java.base/java.util.concurrent=ALL-UNNAMED"
          + " --add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED"
          + " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/sun.util.calendar=ALL-UNNAMED";
}
