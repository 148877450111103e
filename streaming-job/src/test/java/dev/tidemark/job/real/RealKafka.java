package dev.tidemark.job.real;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;

/** A Kafka broker that all tests of a JVM share, where its jars are: 'make images' fetches them. */
public final class RealKafka {
  private static final Duration START = Duration.ofMinutes(1);

  private static final class Shared {
    static final Optional<String> BROKER = jars().map(RealKafka::start);
  }

  private RealKafka() {}

  /** Its address, or empty where there are no jars. */
  public static Optional<String> broker() {
    return Shared.BROKER;
  }

  private static Optional<Path> jars() {
    String home =
        System.getenv()
            .getOrDefault("TIDEMARK_HOME", System.getProperty("user.home") + "/.cache/tidemark");
    Path contexts = Path.of(home, "context");
    if (!Files.isDirectory(contexts)) {
      return Optional.empty();
    }
    try (Stream<Path> all = Files.list(contexts)) {
      return all.filter(context -> context.getFileName().toString().startsWith("kafka-"))
          .map(context -> context.resolve("lib"))
          .filter(Files::isDirectory)
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String start(Path jars) {
    try {
      Path directory =
          Files.createTempDirectory(
              Files.createDirectories(Path.of("target")).toAbsolutePath(), "kafka");
      int clients = freePort();
      int quorum = freePort();
      Path config = directory.resolve("server.properties");
      Files.writeString(
          config,
          """
          process.roles=broker,controller
          node.id=1
          controller.quorum.voters=1@127.0.0.1:%2$d
          controller.listener.names=CONTROLLER
          listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
          listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
          log.dirs=%3$s
          auto.create.topics.enable=false
          offsets.topic.replication.factor=1
          offsets.topic.num.partitions=1
          transaction.state.log.replication.factor=1
          transaction.state.log.min.isr=1
          transaction.state.log.num.partitions=2
          group.initial.rebalance.delay.ms=0
          """
              .formatted(clients, quorum, directory.resolve("log")));
      Path log = directory.resolve("broker.log");
      String format =
          "kafka.tools.StorageTool format --cluster-id=dGVzdHMtb2YtdGlkZW1hcms --config=";
      int code = java(jars, log, (format + config).split(" ")).waitFor();
      if (code != 0) {
        throw new IllegalStateException("Kafka's storage was not made, see " + log);
      }
      Process broker = java(jars, log, "kafka.Kafka", config.toString());
      Runtime.getRuntime().addShutdownHook(new Thread(broker::destroyForcibly));
      String address = "127.0.0.1:" + clients;
      Awaitility.await("Kafka, see " + log)
          .atMost(START)
          .ignoreExceptions()
          .until(
              () -> {
                try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
                  return !admin.describeCluster().nodes().get().isEmpty();
                }
              });
      return address;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private static Process java(Path jars, Path log, String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            "java",
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            jars + File.separator + "*");
    builder.command().addAll(List.of(arguments));
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return builder.start();
  }
}
