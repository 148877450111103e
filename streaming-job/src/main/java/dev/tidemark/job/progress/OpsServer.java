package dev.tidemark.job.progress;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** {@code /metrics}, {@code /ready} (batches may commit) and {@code /live} on port 8090. */
public final class OpsServer {
  /** The port of the contract. */
  public static final int PORT = 8090;

  private final Progress progress;
  private final BooleanSupplier ready;
  private Metrics metrics;

  private OpsServer(Progress progress, BooleanSupplier ready) {
    this.progress = progress;
    this.ready = ready;
  }

  /** Starts serving; the port is {@link #PORT} unless a test asks for another. */
  public static HttpServer start(int port, Progress progress, BooleanSupplier ready)
      throws IOException {
    OpsServer ops = new OpsServer(progress, ready);
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 16);
    server.setExecutor(
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "ops");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/live", exchange -> answer(exchange, 200, "alive\n"));
    server.createContext("/ready", ops::ready);
    server.createContext("/metrics", exchange -> answer(exchange, 200, ops.metrics().scrape()));
    server.start();
    return server;
  }

  private void ready(HttpExchange exchange) throws IOException {
    boolean yes = ready.getAsBoolean();
    Report report = progress.report();
    answer(exchange, yes ? 200 : 503, report.situation() + " " + report.reason() + "\n");
  }

  private synchronized Metrics metrics() {
    if (metrics == null) {
      metrics = new Metrics(progress);
    }
    return metrics;
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
