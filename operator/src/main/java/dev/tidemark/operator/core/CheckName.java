package dev.tidemark.operator.core;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The name of a check pod and of its settings: one per spec and image, so that a repeated start
 * finds the one that runs. A changed spec needs another name also where the definition is the same:
 * the settings cannot be changed, and for a while a kubelet knows those of a deleted object of the
 * same name.
 */
final class CheckName {
  private CheckName() {}

  static String of(String job, Fingerprint wanted) {
    String judged = String.join("\n", wanted.definition(), wanted.image(), wanted.specHash());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(judged.getBytes(StandardCharsets.UTF_8));
      return job + "-check-" + HexFormat.of().formatHex(digest).substring(0, 10);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-256", impossible);
    }
  }
}
