package dev.tidemark.e2e.local;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import software.amazon.awssdk.services.s3.S3Client;

/** Kafka, MinIO and PostgreSQL on this machine, each a process. */
final class Servers implements AutoCloseable {
  static final String BUCKET = "streams";
  static final String USER = Minio.USER;
  static final String PASSWORD = Minio.PASSWORD;
  private static final Duration START = Duration.ofMinutes(1);

  private final Processes processes;
  private final EmbeddedPostgres postgres;
  private final String kafka;
  private final Minio minio;

  /** Starts all three. */
  Servers(Path directory) throws IOException {
    processes = new Processes(Files.createDirectories(directory));
    try {
      kafka = broker(directory.resolve("kafka"));
      minio = new Minio(processes, directory.resolve("minio"), List.of(BUCKET));
      postgres =
          EmbeddedPostgres.builder()
              .setServerConfig("max_connections", "100")
              .setPGStartupWait(START) // ten seconds are not enough where the disk is busy
              .start();
      awaitAll();
    } catch (IOException | RuntimeException e) {
      processes.close();
      throw e;
    }
  }

  /** Where {@code make images} puts programs. */
  static Path home() {
    return Path.of(
        System.getenv()
            .getOrDefault("TIDEMARK_HOME", System.getProperty("user.home") + "/.cache/tidemark"));
  }

  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private String broker(Path directory) throws IOException {
    Path jars;
    try (Stream<Path> contexts = Files.list(home().resolve("context"))) {
      jars =
          contexts
              .map(context -> context.resolve("lib"))
              .filter(lib -> lib.getParent().getFileName().toString().startsWith("kafka-"))
              .filter(Files::isDirectory)
              .findFirst()
              .orElseThrow(() -> new IOException("no Kafka here: 'make images' fetches it"));
    }
    int clients = freePort();
    int quorum = freePort();
    Path config = Files.createDirectories(directory).resolve("server.properties");
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
        transaction.state.log.num.partitions=4
        group.initial.rebalance.delay.ms=0
        """
            .formatted(clients, quorum, directory.resolve("log")));
    String classes = jars + "/*";
    processes.run(
        "kafka-format",
        Map.of(),
        List.of(
            "java",
            "-cp",
            classes,
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id=c29ha2luZy10aWRlbWFyaw",
            "--config=" + config));
    processes.start(
        "kafka",
        Map.of(),
        List.of(
            "java",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classes,
            "kafka.Kafka",
            config.toString()));
    return "127.0.0.1:" + clients;
  }

  private void awaitAll() {
    minio.await();
    Awaitility.await("Kafka")
        .atMost(START)
        .ignoreExceptions()
        .until(
            () -> {
              try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka))) {
                return !admin.describeCluster().nodes().get().isEmpty();
              }
            });
  }

  String kafka() {
    return kafka;
  }

  /** Deletes all objects of a job, as somebody might by mistake. */
  void deleteAll(String job) {
    s3().listObjectsV2Paginator(r -> r.bucket(BUCKET).prefix(job + "/")).contents().stream()
        .map(object -> object.key())
        .toList()
        .forEach(key -> s3().deleteObject(r -> r.bucket(BUCKET).key(key)));
  }

  String minio() {
    return minio.endpoint();
  }

  S3Client s3() {
    return minio.client();
  }

  /** The process, to be frozen and thawed. */
  Process store() {
    return minio.process();
  }

  String jdbc(String database) {
    return "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + database;
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(jdbc(database), "postgres", "postgres");
  }

  /** Runs a statement as the superuser, outside of any job's database. */
  void admin(String sql) throws SQLException {
    try (Connection connection = connect("postgres");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    minio.client().close();
    processes.close();
    try {
      postgres.close();
    } catch (IOException e) {
      System.err.println("PostgreSQL did not stop: " + e);
    }
  }
}
