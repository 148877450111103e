package dev.tidemark.backup.real;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;

/**
 * MinIO servers of the tests' own, with the buckets {@code streams} and {@code backups}, where the
 * binary is: where {@code make cluster} puts it.
 */
public final class RealMinio {

  /** User and password. */
  public static final String USER = "tidemark";

  /** Its password. */
  public static final String PASSWORD = "tidemark-password";

  private static final class Shared {
    static final Optional<String> ENDPOINT = another();
  }

  private RealMinio() {}

  /** The endpoint, or empty where there is no binary. */
  public static Optional<String> endpoint() {
    return Shared.ENDPOINT;
  }

  /** The endpoint of one more server, or empty where there is no binary. */
  public static Optional<String> another() {
    return binary().map(binary -> start(binary, null));
  }

  /**
   * A server that speaks TLS alone.
   *
   * @param endpoint its address
   * @param authority the PEM file that a client must trust
   */
  public record Secured(String endpoint, Path authority) {}

  /** One more server, with a certificate of its own, or empty where there is no binary. */
  public static Optional<Secured> secured() {
    return binary()
        .map(
            binary -> {
              SelfSigned certificate = SelfSigned.in(directory("certificate"));
              return new Secured(start(binary, certificate), certificate.certificate());
            });
  }

  private static Path directory(String name) {
    try {
      return Files.createTempDirectory(
          Files.createDirectories(Path.of("target")).toAbsolutePath(), name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> binary() {
    String home =
        System.getenv()
            .getOrDefault("TIDEMARK_HOME", System.getProperty("user.home") + "/.cache/tidemark");
    Path binary = Path.of(home, "bin", "minio");
    return Files.isExecutable(binary) ? Optional.of(binary) : Optional.empty();
  }

  private static String start(Path binary, SelfSigned certificate) {
    try {
      int port;
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        port = free.getLocalPort();
      }
      Path data = directory("minio");
      Files.createDirectories(data.resolve("streams"));
      Files.createDirectories(data.resolve("backups"));
      ProcessBuilder builder =
          new ProcessBuilder(
              binary.toString(),
              "server",
              "--quiet",
              "--address",
              "127.0.0.1:" + port,
              data.toString());
      if (certificate != null) {
        builder.command().add("--certs-dir");
        builder.command().add(certificate.certificate().getParent().toString());
      }
      builder.environment().put("MINIO_ROOT_USER", USER);
      builder.environment().put("MINIO_ROOT_PASSWORD", PASSWORD);
      builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
      Process process = builder.start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      String endpoint = (certificate == null ? "http" : "https") + "://127.0.0.1:" + port;
      for (int i = 0; i < 200 && !ready(endpoint, certificate); i++) {
        Thread.sleep(100);
      }
      return endpoint;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static boolean ready(String endpoint, SelfSigned certificate) {
    try {
      HttpURLConnection live =
          (HttpURLConnection) URI.create(endpoint + "/minio/health/ready").toURL().openConnection();
      if (live instanceof HttpsURLConnection secured) {
        secured.setSSLSocketFactory(certificate.trusting().getSocketFactory());
      }
      return live.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }
}
