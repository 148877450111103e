package dev.tidemark.e2e;

import eu.rekawek.toxiproxy.Proxy;
import eu.rekawek.toxiproxy.ToxiproxyClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines of one scenario to Kafka, PostgreSQL and MinIO, through the Toxiproxy of the cluster. The
 * broker names the one address of its disturbed listener to every client, so there is only one line
 * to Kafka: scenarios that use it must not run at the same time.
 */
public final class Lines implements AutoCloseable {
  private static final String HOST = "toxiproxy.infra.svc";
  private static final int API = 8474;
  private static final String ANY_PORT = "0.0.0.0:0";

  private final Tunnel tunnel;
  private final ToxiproxyClient toxiproxy;
  private final String scenario;
  private final List<Line> lines = new ArrayList<>();

  /** Lines that bear the name of a scenario. */
  public Lines(Cluster cluster, String scenario) {
    this.tunnel = Tunnel.open(cluster.client(), Cluster.INFRA, "toxiproxy", API);
    this.toxiproxy = new ToxiproxyClient("localhost", tunnel.localPort());
    this.scenario = scenario;
  }

  /** A line to PostgreSQL. */
  public Line postgres() {
    return line(scenario + "-postgres", ANY_PORT, "postgres.infra.svc:5432");
  }

  /** A line to MinIO. */
  public Line minio() {
    return line(scenario + "-minio", ANY_PORT, "minio.infra.svc:9000");
  }

  /** The line to Kafka. */
  public Line kafka() {
    return line("kafka", "0.0.0.0:9095", "kafka.infra.svc:9095");
  }

  private Line line(String name, String listen, String upstream) {
    try {
      Proxy before = toxiproxy.getProxyOrNull(name);
      if (before != null) {
        before.delete();
      }
      Line line = new Line(toxiproxy.createProxy(name, listen, upstream), HOST);
      lines.add(line);
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Toxiproxy in the cluster made no line " + name + ". Run `make infra` first?", e);
    }
  }

  @Override
  public void close() {
    try {
      lines.forEach(Line::close);
    } finally {
      tunnel.close();
    }
  }
}
