package dev.tidemark.job.progress;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The few calls this driver makes to Kubernetes itself, as the pod's service account. The JDK's
 * client, because loading fabric8 (which Spark uses for executors) takes longer than the whole rest
 * of a local start.
 */
public final class ApiServer {
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final String base;
  private HttpClient client;

  private ApiServer(String base) {
    this.base = base;
  }

  /** The API server of the cluster this pod runs in; empty outside of a cluster. */
  public static Optional<ApiServer> ofPod() {
    String host = System.getenv("KUBERNETES_SERVICE_HOST");
    String port = System.getenv("KUBERNETES_SERVICE_PORT");
    if (host == null || !Files.exists(ACCOUNT.resolve("token"))) {
      return Optional.empty();
    }
    String shown = host.contains(":") ? "[" + host + "]" : host;
    return Optional.of(new ApiServer("https://" + shown + ":" + (port == null ? "443" : port)));
  }

  /** An object as JSON. */
  public String get(String path) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(URI.create(base + path)).GET());
  }

  /** Merges {@code json} into an object. */
  public void mergePatch(String path, String json) throws IOException, InterruptedException {
    send(
        HttpRequest.newBuilder(URI.create(base + path))
            .header("Content-Type", "application/merge-patch+json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(json)));
  }

  /** Deletes an object or a collection. */
  public void delete(String path) throws IOException, InterruptedException {
    send(HttpRequest.newBuilder(URI.create(base + path)).DELETE());
  }

  private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    // The kubelet renews the token every hour or so: it is read for each call.
    String token = Files.readString(ACCOUNT.resolve("token"), StandardCharsets.UTF_8).strip();
    HttpResponse<String> response =
        client()
            .send(
                request.header("Authorization", "Bearer " + token).timeout(PATIENCE).build(),
                HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() >= 300) {
      throw new IOException("HTTP " + response.statusCode() + ": " + response.body());
    }
    return response.body();
  }

  private synchronized HttpClient client() throws IOException {
    if (client == null) {
      client =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .connectTimeout(PATIENCE)
              .sslContext(trustingCluster())
              .build();
    }
    return client;
  }

  private static SSLContext trustingCluster() throws IOException {
    try (InputStream pem = Files.newInputStream(ACCOUNT.resolve("ca.crt"))) {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      int n = 0;
      for (Certificate ca : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
        store.setCertificateEntry("ca" + n++, ca);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext tls = SSLContext.getInstance("TLS");
      tls.init(null, trust.getTrustManagers(), null);
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IOException("the cluster's certificate authority cannot be used: " + e, e);
    }
  }
}
