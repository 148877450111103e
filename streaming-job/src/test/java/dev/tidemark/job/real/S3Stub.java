package dev.tidemark.job.real;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * As much of S3 as an owner record needs, in memory, with a place to put faults. Bucket names do
 * not matter.
 */
public final class S3Stub implements AutoCloseable {

  /** What happens to one request. */
  public enum Fault {
    /** It is served. */
    NONE,
    /** It is served, and the answer is an internal error. */
    LOST_ANSWER,
    /** It is served, and the answer is 403: whoever asked has died meanwhile, so to say. */
    SERVED_AND_DENIED,
    /** 403. */
    DENIED,
    /** 404 NoSuchBucket. */
    NO_BUCKET,
    /** 500, and nothing was done. */
    BROKEN
  }

  private record Stored(String body, String etag) {}

  private final HttpServer server;
  private final TreeMap<String, Stored> objects = new TreeMap<>();
  private final AtomicInteger etags = new AtomicInteger();
  private volatile boolean conditional = true;
  private volatile Function<String, Fault> faults = request -> Fault.NONE;

  public S3Stub() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::serve);
    server.start();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /**
   * {@code GET key}, {@code PUT key}, {@code LIST prefix} or {@code DELETE key} to what shall
   * happen.
   */
  public void faults(Function<String, Fault> next) {
    faults = next;
  }

  /** The first request that begins like this is served, and its sender does not hear of it. */
  public void losesTheFirstAnswerTo(String beginning) {
    AtomicBoolean lost = new AtomicBoolean();
    faults(
        request ->
            request.startsWith(beginning) && lost.compareAndSet(false, true)
                ? Fault.LOST_ANSWER
                : Fault.NONE);
  }

  /** From now on what is written is written, whatever its writer asked for. */
  public void ignoresConditions() {
    conditional = false;
  }

  public synchronized void put(String key, String text) {
    objects.put(key, new Stored(text, "\"" + etags.incrementAndGet() + "\""));
  }

  public synchronized void delete(String key) {
    objects.remove(key);
  }

  /** Everything that is there. */
  public synchronized Map<String, String> all() {
    Map<String, String> all = new TreeMap<>();
    objects.forEach((key, value) -> all.put(key, value.body()));
    return all;
  }

  private void serve(HttpExchange exchange) throws IOException {
    String path = URLDecoder.decode(exchange.getRequestURI().getRawPath(), StandardCharsets.UTF_8);
    int slash = path.indexOf('/', 1);
    String key = slash < 0 ? "" : path.substring(slash + 1);
    Map<String, String> query = query(exchange.getRequestURI().getRawQuery());
    boolean list = query.containsKey("list-type");
    String what =
        (list
            ? "LIST " + query.getOrDefault("prefix", "")
            : exchange.getRequestMethod() + " " + key);
    byte[] body = unchunked(exchange, exchange.getRequestBody().readAllBytes());
    switch (faults.apply(what)) {
      case DENIED -> error(exchange, 403, "AccessDenied");
      case NO_BUCKET -> error(exchange, 404, "NoSuchBucket");
      case BROKEN -> error(exchange, 500, "InternalError");
      case LOST_ANSWER -> {
        change(exchange, key, body);
        error(exchange, 500, "InternalError");
      }
      case SERVED_AND_DENIED -> {
        if (!list) {
          change(exchange, key, body);
        }
        error(exchange, 403, "AccessDenied");
      }
      case NONE -> {
        if (list) {
          answer(exchange, 200, list(query.getOrDefault("prefix", ""), query.get("delimiter")));
        } else if (exchange.getRequestMethod().equals("GET")) {
          get(exchange, key);
        } else if (exchange.getRequestMethod().equals("HEAD")) {
          head(exchange, key);
        } else {
          int status = change(exchange, key, body);
          if (status == 200 || status == 204) {
            answer(exchange, status, new byte[0]);
          } else {
            error(exchange, status, status == 412 ? "PreconditionFailed" : "NoSuchKey");
          }
        }
      }
    }
  }

  private void get(HttpExchange exchange, String key) throws IOException {
    Stored stored;
    synchronized (this) {
      stored = objects.get(key);
    }
    if (stored == null) {
      error(exchange, 404, "NoSuchKey");
      return;
    }
    exchange.getResponseHeaders().add("ETag", stored.etag());
    answer(exchange, 200, stored.body().getBytes(StandardCharsets.UTF_8));
  }

  private void head(HttpExchange exchange, String key) throws IOException {
    Stored stored;
    synchronized (this) {
      stored = objects.get(key);
    }
    if (stored != null) {
      int bytes = stored.body().getBytes(StandardCharsets.UTF_8).length;
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes));
    }
    exchange.sendResponseHeaders(stored == null ? 404 : 200, -1);
    exchange.close();
  }

  private synchronized int change(HttpExchange exchange, String key, byte[] body) {
    Stored before = objects.get(key);
    if (exchange.getRequestMethod().matches("GET|HEAD")) {
      return 200;
    }
    if (exchange.getRequestMethod().equals("DELETE")) {
      objects.remove(key);
      return 204;
    }
    String match = exchange.getRequestHeaders().getFirst("If-Match");
    if (conditional
        && exchange.getRequestHeaders().containsKey("If-None-Match")
        && before != null) {
      return 412;
    }
    if (match != null && before == null) {
      return 404;
    }
    if (match != null && !match.equals(before.etag())) {
      return 412;
    }
    Stored after =
        new Stored(new String(body, StandardCharsets.UTF_8), "\"" + etags.incrementAndGet() + "\"");
    objects.put(key, after);
    exchange.getResponseHeaders().add("ETag", after.etag());
    return 200;
  }

  private synchronized byte[] list(String prefix, String delimiter) {
    StringBuilder xml = new StringBuilder("<ListBucketResult><IsTruncated>false</IsTruncated>");
    TreeSet<String> prefixes = new TreeSet<>();
    for (String key : objects.tailMap(prefix).keySet()) {
      if (!key.startsWith(prefix)) {
        break;
      }
      int cut = delimiter == null ? -1 : key.indexOf(delimiter, prefix.length());
      if (cut >= 0) {
        prefixes.add(key.substring(0, cut + 1));
      } else {
        xml.append("<Contents><Key>").append(key).append("</Key></Contents>");
      }
    }
    prefixes.forEach(
        p -> xml.append("<CommonPrefixes><Prefix>").append(p).append("</Prefix></CommonPrefixes>"));
    return xml.append("</ListBucketResult>").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    if (raw != null) {
      for (String pair : raw.split("&")) {
        String[] parts = pair.split("=", 2);
        query.put(
            parts[0], parts.length < 2 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  /** The SDK signs bodies chunk by chunk over plain HTTP: size, signature, data. */
  private static byte[] unchunked(HttpExchange exchange, byte[] body) {
    String hash = String.valueOf(exchange.getRequestHeaders().getFirst("x-amz-content-sha256"));
    if (!hash.startsWith("STREAMING")) {
      return body;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at < body.length) {
      int end = at;
      while (body[end] != '\r') {
        end++;
      }
      String head = new String(Arrays.copyOfRange(body, at, end), StandardCharsets.US_ASCII);
      int size = Integer.parseInt(head.split(";")[0], 16);
      if (size == 0) {
        break;
      }
      out.write(body, end + 2, size);
      at = end + 2 + size + 2;
    }
    return out.toByteArray();
  }

  private static void error(HttpExchange exchange, int status, String code) throws IOException {
    String xml = "<Error><Code>" + code + "</Code><Message>" + code + "</Message></Error>";
    answer(exchange, status, xml.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
