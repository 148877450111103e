package dev.tidemark.backup.real;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for 127.0.0.1 that signed itself, made by the JDK's keytool.
 *
 * @param certificate a PEM file; also what a client must trust
 * @param key a PEM file
 */
public record SelfSigned(Path certificate, Path key) {
  private static final String PASSWORD = "changeit";

  /** Makes {@code public.crt} and {@code private.key}, the names MinIO looks for. */
  public static SelfSigned in(Path directory) {
    Path store = directory.resolve("both.p12");
    try {
      Process keytool =
          new ProcessBuilder(
                  (System.getProperty("java.home")
                          + "/bin/keytool -genkeypair -alias it -keyalg RSA -dname CN=localhost"
                          + " -ext san=ip:127.0.0.1 -validity 2 -storetype PKCS12 -storepass "
                          + PASSWORD
                          + " -keystore "
                          + store)
                      .split(" "))
              .inheritIO()
              .start();
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException("keytool made no certificate in " + directory);
      }
      KeyStore keys = keys(store);
      return new SelfSigned(
          pem(
              directory.resolve("public.crt"),
              "CERTIFICATE",
              keys.getCertificate("it").getEncoded()),
          pem(
              directory.resolve("private.key"),
              "PRIVATE KEY",
              keys.getKey("it", PASSWORD.toCharArray()).getEncoded()));
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What trusts it, and nothing else. */
  public SSLContext trusting() {
    try {
      KeyStore keys = keys(certificate.resolveSibling("both.p12"));
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry("it", keys.getCertificate("it"));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyStore keys(Path store) throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private static Path pem(Path file, String what, byte[] encoded) throws IOException {
    String lines =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(encoded);
    return Files.writeString(
        file, "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(what, lines));
  }
}
