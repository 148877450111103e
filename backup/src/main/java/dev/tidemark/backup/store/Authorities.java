package dev.tidemark.backup.store;

import dev.tidemark.backup.BackupException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Trust in the usual authorities and in those of one more file. */
final class Authorities {
  private Authorities() {}

  static TrustManager with(Path pem) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate usual : manager(null).getAcceptedIssuers()) {
        trusted.setCertificateEntry("usual-" + trusted.size(), usual);
      }
      try (InputStream in = Files.newInputStream(pem)) {
        for (Certificate own : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          trusted.setCertificateEntry("own-" + trusted.size(), own);
        }
      }
      return manager(trusted);
    } catch (GeneralSecurityException | IOException e) {
      throw new BackupException(
          BackupException.Reason.StoreUnavailable,
          "the certificates in " + pem + " cannot be read: " + e.getMessage(),
          e);
    }
  }

  private static X509TrustManager manager(KeyStore trusted) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509TrustManager.class::isInstance)
        .map(X509TrustManager.class::cast)
        .findFirst()
        .orElseThrow();
  }
}
