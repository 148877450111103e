package dev.tidemark.backup.real;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands between a program and an S3 server, and does to some answers what networks do. */
public final class FaultyProxy implements AutoCloseable {
  /** What can happen to a request. */
  public enum Fault {
    /** The server answers with an error, and has done nothing. */
    ERROR,
    /** It has done what it was asked for, and answers with an error all the same. */
    ERROR_AFTERWARDS,
    /** It asks for patience. */
    SLOW_DOWN,
    /** The connection breaks before the request is heard. */
    RESET,
    /** The request is carried out, and the connection breaks before that is heard. */
    RESET_AFTERWARDS,
    /** Half of the answer is heard, such as half of a listing. */
    CUT,
    /** The answer takes long. */
    SLOW,
    /** The answer names another ETag. */
    OTHER_ETAG,
    /** The server's clock is two hours ahead. */
    SKEWED
  }

  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: *(\\d+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern CHUNKED =
      Pattern.compile("\r\ntransfer-encoding: *chunked", Pattern.CASE_INSENSITIVE);
  private static final Pattern DATE = Pattern.compile("\r\ndate: [^\r]*", Pattern.CASE_INSENSITIVE);
  private static final Pattern ETAG =
      Pattern.compile("(etag: \"|<etag>(?:&#34;|&quot;|\"))[0-9a-f]{32}", Pattern.CASE_INSENSITIVE);

  private final URI server;
  private final ServerSocket listener;
  private Fault fault;
  private int before;
  private int times;
  private int requests;

  /** Before that server. */
  public FaultyProxy(String endpoint) throws IOException {
    server = URI.create(endpoint);
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread(this::accept);
  }

  /** Where it listens. */
  public String endpoint() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** From now on, after so many requests, that happens to the next ones. */
  public synchronized void strike(Fault what, int afterRequests, int toRequests) {
    fault = what;
    before = afterRequests;
    times = toRequests;
    requests = 0;
  }

  /** How many requests there were since. */
  public synchronized int requests() {
    return requests;
  }

  private synchronized Fault next() {
    requests++;
    return requests > before && requests <= before + times ? fault : null;
  }

  private static void thread(Runnable work) {
    Thread thread = new Thread(work, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        thread(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket backend = new Socket(server.getHost(), server.getPort())) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      InputStream answers = new BufferedInputStream(backend.getInputStream());
      while (true) {
        String head = head(in);
        if (head.toLowerCase(Locale.ROOT).contains("\r\nexpect: 100-continue")) {
          client.getOutputStream().write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(ISO_8859_1));
          head = head.replaceAll("(?i)\r\nexpect: 100-continue", "");
        }
        byte[] body = body(head, in);
        if (!answered(next(), head, body, backend.getOutputStream(), answers, client)) {
          return;
        }
      }
    } catch (IOException | InterruptedException over) {
      // one of the two has gone: so does this
    }
  }

  /** False when the connection ends with it. */
  private static boolean answered(
      Fault fault,
      String head,
      byte[] body,
      OutputStream toServer,
      InputStream fromServer,
      Socket client)
      throws IOException, InterruptedException {
    if (fault == Fault.ERROR || fault == Fault.SLOW_DOWN) {
      error(fault, client.getOutputStream());
      return true;
    }
    if (fault == Fault.RESET) {
      return reset(client);
    }
    toServer.write(head.getBytes(ISO_8859_1));
    toServer.write(body);
    toServer.flush();
    String answer = head(fromServer);
    boolean without = head.startsWith("HEAD ") || answer.startsWith("HTTP/1.1 204");
    byte[] content = without ? new byte[0] : body(answer, fromServer);
    if (fault == Fault.ERROR_AFTERWARDS) {
      error(fault, client.getOutputStream());
      return true;
    }
    if (fault == Fault.RESET_AFTERWARDS) {
      return reset(client);
    }
    if (fault == Fault.SLOW) {
      Thread.sleep(1_500);
    }
    if (fault == Fault.SKEWED) {
      String ahead =
          DateTimeFormatter.RFC_1123_DATE_TIME.format(
              ZonedDateTime.now(ZoneOffset.UTC).plusHours(2));
      answer = DATE.matcher(answer).replaceAll("\r\nDate: " + ahead);
    }
    if (fault == Fault.OTHER_ETAG) {
      String other = "$1" + "0".repeat(32);
      answer = ETAG.matcher(answer).replaceAll(other);
      content =
          ETAG.matcher(new String(content, ISO_8859_1)).replaceAll(other).getBytes(ISO_8859_1);
    }
    OutputStream toClient = client.getOutputStream();
    toClient.write(answer.getBytes(ISO_8859_1));
    if (fault == Fault.CUT && content.length > 0) {
      toClient.write(content, 0, content.length / 2);
      toClient.flush();
      return reset(client);
    }
    toClient.write(content);
    toClient.flush();
    return true;
  }

  private static void error(Fault fault, OutputStream to) throws IOException {
    boolean busy = fault == Fault.SLOW_DOWN;
    String xml =
        "<?xml version=\"1.0\"?><Error><Code>%s</Code><Message>so it goes</Message></Error>"
            .formatted(busy ? "SlowDown" : "InternalError");
    String answer =
        "HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(busy ? "503 Slow Down" : "500 Internal", xml.length(), xml);
    to.write(answer.getBytes(ISO_8859_1));
    to.flush();
  }

  private static boolean reset(Socket client) throws IOException {
    client.setSoLinger(true, 0);
    return false;
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      head.write(one(in));
    }
    return head.toString(ISO_8859_1);
  }

  private static int one(InputStream in) throws IOException {
    int read = in.read();
    if (read < 0) {
      throw new EOFException();
    }
    return read;
  }

  /** The body as it is on the wire. */
  private static byte[] body(String head, InputStream in) throws IOException {
    Matcher length = LENGTH.matcher(head);
    if (length.find()) {
      byte[] body = in.readNBytes(Integer.parseInt(length.group(1)));
      return body;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    boolean more = CHUNKED.matcher(head).find();
    while (more) {
      String size = line(in, body);
      int bytes = Integer.parseInt(size.strip().split(";", -1)[0], 16);
      body.write(in.readNBytes(bytes));
      line(in, body);
      more = bytes > 0;
    }
    return body.toByteArray();
  }

  private static String line(InputStream in, OutputStream copy) throws IOException {
    StringBuilder line = new StringBuilder();
    while (line.indexOf("\n") < 0) {
      int read = one(in);
      copy.write(read);
      line.append((char) read);
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
