package dev.tidemark.e2e;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** How soon a job commits again once its database, which was away, is back. */
final class SinkBench {
  private static final Duration WITHIN = Duration.ofMinutes(3);
  private static final int RATE = 100;

  /** Some batches, each of which is tried more than once. */
  private static final Duration AWAY = Duration.ofSeconds(10);

  private final Cluster cluster;
  private final Infra infra;
  private final BenchResult result;

  SinkBench(Cluster cluster, Infra infra, BenchResult result) {
    this.cluster = cluster;
    this.infra = infra;
    this.result = result;
  }

  /** So many times, of one driver, which is not restarted for it. */
  void run(int times) {
    String name = "database back after %d s, to the next row".formatted(AWAY.toSeconds());
    try (Scene scene = Scene.open(cluster, infra, "bench")) {
      Line line = scene.lines().postgres();
      Feeder feeder = scene.feed(RATE);
      Job job = scene.apply(scene.manifest(Mode.LOCAL).postgres(line, scene.id()));
      job.awaitReady(WITHIN);
      List<Double> samples = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        scene.awaitRows(scene.table().count() + 3 * RATE / 2, WITHIN); // about three more batches
        line.cut();
        Outage.last(AWAY);
        samples.add(nextRow(scene, line));
        System.out.printf("%s: %d of %d: %.2f s%n", name, i + 1, times, samples.get(i));
      }
      job.awaitReady(WITHIN);
      if (job.number("restarts") > 0) {
        throw new IllegalStateException("The driver was restarted: " + job.events());
      }
      feeder.close();
      result.add(name, 1, samples, scene.settle(WITHIN, Rule.importantWithPlace()));
    }
  }

  private static double nextRow(Scene scene, Line line) {
    try (Connection connection = scene.table().connect();
        Statement statement = connection.createStatement()) {
      long before = count(statement, scene.table());
      Instant back = Instant.now();
      line.mend();
      Awaitility.await("a row after the database is back")
          .atMost(WITHIN)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> count(statement, scene.table()) > before);
      return Duration.between(back, Instant.now()).toMillis() / 1000.0;
    } catch (SQLException e) {
      throw new IllegalStateException("The connection of the bench to PostgreSQL broke.", e);
    }
  }

  private static long count(Statement statement, Table table) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table.name())) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
