package dev.tidemark.job.expression;

import java.nio.charset.StandardCharsets;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Bytes of a record as a string. Valid UTF-8 is taken as it is, without copying; every malformed
 * part is replaced by U+FFFD, because one broken record must not stop a job and no database takes
 * malformed text.
 */
public final class Utf8 {
  private Utf8() {}

  /** The string, null for null (a tombstone). */
  public static UTF8String string(byte[] bytes) {
    if (bytes == null) {
      return null;
    }
    return isValid(bytes)
        ? UTF8String.fromBytes(bytes)
        : UTF8String.fromString(new String(bytes, StandardCharsets.UTF_8));
  }

  /** True for well-formed UTF-8 as PostgreSQL understands it: no overlong forms, no surrogates. */
  public static boolean isValid(byte[] bytes) {
    int i = 0;
    int length = bytes.length;
    while (i < length) {
      int first = bytes[i];
      if (first >= 0) {
        i++;
        continue;
      }
      int size = sequenceLength(first & 0xff);
      if (size == 0 || i + size > length || !secondFits(first & 0xff, bytes[i + 1] & 0xff)) {
        return false;
      }
      for (int k = 2; k < size; k++) {
        if ((bytes[i + k] & 0xc0) != 0x80) {
          return false;
        }
      }
      i += size;
    }
    return true;
  }

  private static int sequenceLength(int first) {
    if (first >= 0xc2 && first <= 0xdf) {
      return 2;
    }
    if (first >= 0xe0 && first <= 0xef) {
      return 3;
    }
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  }

  private static boolean secondFits(int first, int second) {
    int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
  }
}
