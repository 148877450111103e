package dev.tidemark.job.secrets;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Trust in the usual authorities and in those of one more file, which a job names beside its
 * Secret.
 */
public final class Authorities {
  private Authorities() {}

  /** Trusts what Java trusts, and the PEM certificates of the file. */
  public static X509TrustManager with(Path pem) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (X509Certificate usual : manager(null).getAcceptedIssuers()) {
        store.setCertificateEntry("usual-" + store.size(), usual);
      }
      try (InputStream in = Files.newInputStream(pem)) {
        for (Certificate own : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
          store.setCertificateEntry("own-" + store.size(), own);
        }
      }
      return manager(store);
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException(
          "the certificates in " + pem + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static X509TrustManager manager(KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        return x509;
      }
    }
    throw new GeneralSecurityException("no X.509 trust manager");
  }
}
