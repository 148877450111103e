package dev.tidemark.backup.repository;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The digest at the end of a document, made while it was {@link Manifest#UNSEALED}. */
final class Seal {
  /** So near to the end of the document the digest is. */
  private static final int END = 1 << 10;

  private static final int PIECE = 64 << 10;

  private Seal() {}

  /** What the digest should be; empty when the one that is told is not at the document's end. */
  static Optional<String> of(Path file, String told) throws IOException {
    long at = place(file, told);
    if (at < 0) {
      return Optional.empty();
    }
    MessageDigest sum = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      for (long left = at; left > 0; ) {
        byte[] piece = in.readNBytes((int) Math.min(left, PIECE));
        if (piece.length == 0) {
          throw new IOException(file + " was cut short");
        }
        sum.update(piece);
        left -= piece.length;
      }
      sum.update(Manifest.UNSEALED.getBytes(ISO_8859_1));
      in.skipNBytes(told.length());
      sum.update(in.readAllBytes());
    }
    return Optional.of(HexFormat.of().formatHex(sum.digest()));
  }

  /** Puts one digest in the place of another. */
  static void replace(Path file, String before, String now) throws IOException {
    long at = place(file, before);
    try (RandomAccessFile document = new RandomAccessFile(file.toFile(), "rw")) {
      document.seek(at);
      document.write(now.getBytes(ISO_8859_1));
    }
  }

  /** Where in the document the digest is; negative when it is not near its end. */
  private static long place(Path file, String digest) throws IOException {
    try (RandomAccessFile document = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, document.length() - END);
      byte[] end = new byte[(int) (document.length() - from)];
      document.seek(from);
      document.readFully(end);
      int at = new String(end, ISO_8859_1).lastIndexOf(digest);
      return at < 0 ? at : from + at;
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
