package dev.tidemark.job.real;

import dev.tidemark.job.settings.Settings;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A database of its own on a PostgreSQL server that all tests of a JVM share. */
public final class RealPostgres {

  private static final class Shared {
    static final EmbeddedPostgres SERVER = start();
  }

  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final int port;
  private final String name;

  private RealPostgres(int port, String name) {
    this.port = port;
    this.name = name;
  }

  /** A server of one's own, to be closed by the caller. */
  public static EmbeddedPostgres start() {
    return start("synchronous_commit", "on");
  }

  /** The same with a setting of one's own. */
  public static EmbeddedPostgres start(String setting, String value) {
    try {
      Path data = Files.createTempDirectory("tidemark-postgres");
      EmbeddedPostgres server =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig(setting, value)
              .setServerConfig("max_connections", "60")
              .setServerConfig("timezone", "Asia/Kathmandu")
              .setPGStartupWait(
                  Duration.ofMinutes(1)) // the default is short where the disk is busy
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> quit(data)));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A polite end would first write back every database of every test. */
  private static void quit(Path data) {
    Path file = data.resolve("postmaster.pid");
    try {
      if (Files.exists(file)) {
        new ProcessBuilder("kill", "-QUIT", Files.readAllLines(file).get(0)).start().waitFor();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** An empty database on the shared server. */
  public static RealPostgres fresh() {
    return fresh(Shared.SERVER);
  }

  /** An empty database on some server. */
  public static RealPostgres fresh(EmbeddedPostgres server) {
    String name = "t" + DATABASES.incrementAndGet();
    new RealPostgres(server.getPort(), "postgres").run("CREATE DATABASE " + name);
    return new RealPostgres(server.getPort(), name);
  }

  public int port() {
    return port;
  }

  public String url() {
    return url(port, "postgres");
  }

  /** As another user, or through another port. */
  public String url(int throughPort, String user) {
    return "jdbc:postgresql://127.0.0.1:" + throughPort + "/" + name + "?user=" + user;
  }

  public Settings.Jdbc jdbc(String table) {
    return new Settings.Jdbc(url(), table, false, "Append");
  }

  public Settings.Jdbc jdbc(int throughPort, String user, String table, boolean create) {
    return new Settings.Jdbc(url(throughPort, user), table, create, "Append");
  }

  public void run(String... statements) {
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The first column of every row, as text. */
  public List<String> list(String sql) {
    List<String> values = new ArrayList<>();
    try (Connection connection = DriverManager.getConnection(url());
        Statement statement = connection.createStatement()) {
      statement.execute("SET timezone = 'UTC'");
      try (ResultSet result = statement.executeQuery(sql)) {
        while (result.next()) {
          values.add(result.getString(1));
        }
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  public String one(String sql) {
    return list(sql).get(0);
  }
}
