package dev.tidemark.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Seals a document by its specification, independently of the product. */
final class Sealed {
  private Sealed() {}

  static byte[] bytes(ObjectNode document) {
    String zeros = "0".repeat(64);
    byte[] unsealed = Json.bytes(document.put("digest", zeros));
    try {
      String sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(unsealed));
      return new String(unsealed, UTF_8).replace(zeros, sum).getBytes(UTF_8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
