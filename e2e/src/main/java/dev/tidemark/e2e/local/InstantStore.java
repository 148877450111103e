package dev.tidemark.e2e.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of S3 as {@code tidemark-backup} asks for, without a disk: a million objects are there
 * and copied in minutes, where MinIO on two cores takes hours. It is for the size of the client,
 * and says nothing of any store's speed. Small objects keep their content; of those that were
 * {@link #add}ed there is only the name.
 */
final class InstantStore implements AutoCloseable {
  private static final String TIME = "2026-01-01T00:00:00.000Z";
  private static final int PAGE = 1_000;
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");

  private static final class Held {
    private final byte[] content;
    private final long bytes;
    private final String etag;

    Held(byte[] content, long bytes, String etag) {
      this.content = content;
      this.bytes = bytes;
      this.etag = etag;
    }
  }

  private final ConcurrentSkipListMap<String, Held> objects = new ConcurrentSkipListMap<>();
  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(64);

  InstantStore() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** An object with a content that nobody reads; {@code path} begins with the bucket. */
  void add(String path, long bytes) {
    objects.put(path, new Held(null, bytes, etag(path.getBytes(UTF_8))));
  }

  /** An object with a content. */
  void put(String path, byte[] content) {
    objects.put(path, new Held(content, content.length, etag(content)));
  }

  /** How many objects there are whose paths begin so. */
  int count(String prefix) {
    return objects.subMap(prefix, prefix + Character.MAX_VALUE).size();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      URI uri = exchange.getRequestURI();
      String path = decoded(uri.getRawPath()).substring(1);
      Map<String, String> query = query(uri.getRawQuery());
      switch (exchange.getRequestMethod()) {
        case "GET" -> {
          if (query.containsKey("list-type")) {
            xml(exchange, list(path.replaceAll("/$", "") + "/", query));
          } else {
            get(exchange, objects.get(path));
          }
        }
        case "PUT" -> {
          String source = exchange.getRequestHeaders().getFirst("x-amz-copy-source");
          if (source == null) {
            write(exchange, path, body);
          } else {
            copy(exchange, decoded(source).replaceAll("^/", ""), path);
          }
        }
        case "POST" -> {
          Matcher keys = KEY.matcher(new String(body, UTF_8));
          while (keys.find()) {
            objects.remove(path.replaceAll("/$", "") + "/" + keys.group(1));
          }
          xml(exchange, "<DeleteResult/>");
        }
        default -> exchange.sendResponseHeaders(405, -1);
      }
    }
  }

  private String list(String bucket, Map<String, String> query) {
    String prefix = bucket + query.getOrDefault("prefix", "");
    String after = query.get("continuation-token");
    StringBuilder page = new StringBuilder("<ListBucketResult>");
    int found = 0;
    String last = null;
    boolean more = false;
    for (Map.Entry<String, Held> object :
        objects.tailMap(after == null ? prefix : after, after == null).entrySet()) {
      if (!object.getKey().startsWith(prefix)) {
        break;
      }
      if (found++ == PAGE) {
        more = true;
        break;
      }
      last = object.getKey();
      page.append("<Contents><Key>")
          .append(last.substring(bucket.length()))
          .append("</Key><LastModified>")
          .append(TIME)
          .append("</LastModified><ETag>")
          .append(object.getValue().etag)
          .append("</ETag><Size>")
          .append(object.getValue().bytes)
          .append("</Size></Contents>");
    }
    page.append("<IsTruncated>").append(more).append("</IsTruncated>");
    if (more) {
      page.append("<NextContinuationToken>").append(last).append("</NextContinuationToken>");
    }
    return page.append("</ListBucketResult>").toString();
  }

  private static void get(HttpExchange exchange, Held held) throws IOException {
    if (held == null || held.content == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    exchange.getResponseHeaders().set("ETag", held.etag);
    exchange.sendResponseHeaders(200, held.content.length == 0 ? -1 : held.content.length);
    exchange.getResponseBody().write(held.content);
  }

  private void write(HttpExchange exchange, String path, byte[] body) throws IOException {
    Held held = new Held(body, body.length, etag(body));
    if (exchange.getRequestHeaders().containsKey("If-None-Match")) {
      if (objects.putIfAbsent(path, held) != null) {
        exchange.sendResponseHeaders(412, -1);
        return;
      }
    } else {
      objects.put(path, held);
    }
    exchange.getResponseHeaders().set("ETag", held.etag);
    exchange.sendResponseHeaders(200, -1);
  }

  private void copy(HttpExchange exchange, String source, String target) throws IOException {
    Held held = objects.get(source);
    if (held == null) {
      exchange.sendResponseHeaders(404, -1);
      return;
    }
    objects.put(target, held);
    xml(
        exchange,
        "<CopyObjectResult><LastModified>"
            + TIME
            + "</LastModified><ETag>"
            + held.etag
            + "</ETag></CopyObjectResult>");
  }

  private static void xml(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/xml");
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static Map<String, String> query(String raw) {
    Map<String, String> query = new HashMap<>();
    for (String pair : raw == null ? new String[0] : raw.split("&", -1)) {
      String[] parts = pair.split("=", 2);
      query.put(parts[0], parts.length == 1 ? "" : decoded(parts[1]));
    }
    return query;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
  }

  private static String etag(byte[] content) {
    try {
      byte[] sum = MessageDigest.getInstance("SHA-256").digest(content);
      return '"' + HexFormat.of().formatHex(sum).substring(0, 32) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
