package dev.tidemark.job.secrets;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
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
  private static final int DEEPEST = 20; // causes can form a ring

  private Authorities() {}

  /** Trusts what Java trusts, and the PEM certificates of the file. */
  public static X509TrustManager with(Path pem) {
    try {
      return manager(usualAnd(pem));
    } catch (GeneralSecurityException | IOException e) {
      throw unreadable(pem, e);
    }
  }

  /**
   * Makes {@link #with} what every client of this JVM trusts that is made from now on and brings no
   * trust of its own.
   */
  public static void trustInThisJvm(Path pem) {
    try {
      Path file = Files.createTempFile("trusted", ".jks");
      file.toFile().deleteOnExit();
      try (OutputStream out = Files.newOutputStream(file)) {
        usualAnd(pem).store(out, "changeit".toCharArray()); // certificates are no secret
      }
      System.setProperty("javax.net.ssl.trustStore", file.toString());
    } catch (GeneralSecurityException | IOException e) {
      throw unreadable(pem, e);
    }
  }

  /**
   * What to do about a failure, to be put behind its sentence: where a server's certificate was not
   * trusted, the field that names its authority; else the advice given.
   */
  public static String advice(Throwable failure, String field, String otherwise) {
    int depth = 0;
    for (Throwable t = failure; t != null && depth < DEEPEST; t = t.getCause(), depth++) {
      if (t instanceof CertPathBuilderException || t instanceof CertPathValidatorException) {
        return "; its certificate is not of an authority this job trusts: name the Secret with it in "
            + field;
      }
    }
    return otherwise;
  }

  private static KeyStore usualAnd(Path pem) throws GeneralSecurityException, IOException {
    // of the kind that can be read without a password
    KeyStore store = KeyStore.getInstance("JKS");
    store.load(null, null);
    for (X509Certificate usual : manager(null).getAcceptedIssuers()) {
      store.setCertificateEntry("usual-" + store.size(), usual);
    }
    try (InputStream in = Files.newInputStream(pem)) {
      for (Certificate own : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("own-" + store.size(), own);
      }
    }
    return store;
  }

  private static IllegalStateException unreadable(Path pem, Exception e) {
    return new IllegalStateException(
        "the certificates in " + pem + " cannot be read: " + e.getMessage(), e);
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
