package dev.tidemark.job.real;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A TCP proxy that cuts a connection at the client's message after the one with a certain word. (A
 * COMMIT itself is not to be recognised: the driver prepares it once and then sends a number.)
 */
public final class CuttingProxy implements AutoCloseable {

  /** When the connection is cut. */
  public enum Cut {
    /** Never. */
    NEVER,
    /** The message does not reach the server. */
    BEFORE,
    /** The message reaches the server, its answer does not reach the client. */
    AFTER,
    /** Every new connection is closed at once. */
    ALL
  }

  private final ServerSocket listening;
  private final int target;
  private final String word;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile Cut cut = Cut.NEVER;
  private volatile Cut afterwards = Cut.NEVER;

  public CuttingProxy(int target, String word) {
    this.target = target;
    this.word = word;
    try {
      listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /**
   * Cuts the next connection that sends the word and then another message, and behaves as {@code
   * then} says afterwards.
   */
  public void cut(Cut next, Cut then) {
    afterwards = then;
    cut = next;
  }

  /** True when nothing is waiting to be cut: what was asked for has happened. */
  public boolean hasCut() {
    return cut == afterwards;
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        connect(listening.accept());
      } catch (IOException e) {
        // The listening socket was closed, or the server is away: the client notices.
        Thread.onSpinWait();
      }
    }
  }

  private void connect(Socket client) throws IOException {
    if (cut == Cut.ALL) {
      client.close();
      return;
    }
    Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
    sockets.add(client);
    sockets.add(server);
    daemon(() -> pump(client, server, true));
    daemon(() -> pump(server, client, false));
  }

  private void pump(Socket from, Socket to, boolean fromClient) {
    byte[] buffer = new byte[64 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int n = in.read(buffer);
      boolean wordSeen = false;
      while (n >= 0) {
        if (fromClient && wordSeen && cut != Cut.NEVER) {
          Cut now = cut;
          cut = afterwards;
          if (now == Cut.AFTER) {
            from.close();
            out.write(buffer, 0, n);
            out.flush();
            Thread.sleep(200);
          }
          return;
        }
        wordSeen = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(word);
        out.write(buffer, 0, n);
        out.flush();
        n = in.read(buffer);
      }
    } catch (IOException e) {
      // One side is gone; closing both is all there is to do.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
