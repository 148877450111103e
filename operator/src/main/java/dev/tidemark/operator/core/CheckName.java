package dev.tidemark.operator.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of a check pod: one per definition and image, so that a repeated start finds the one
 * that runs.
 */
final class CheckName {
  private CheckName() {}

  static String of(String job, Fingerprint.Key key) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((key.definition() + "\n" + key.image()).getBytes(StandardCharsets.UTF_8));
      return job + "-check-" + HexFormat.of().formatHex(digest).substring(0, 10);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
