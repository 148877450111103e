package dev.tidemark.job.expression;

import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Lower;
import org.apache.spark.sql.catalyst.expressions.Upper;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Spark's {@code upper} and {@code lower} of text that is ASCII, by a table: Spark asks Java about
 * each letter. The results are the same, which is tested; other text is left to Spark.
 */
public final class AsciiCase {
  private static final AsciiCase UPPER = new AsciiCase(true);
  private static final AsciiCase LOWER = new AsciiCase(false);

  private final boolean upper;
  private final byte[] letters = new byte[128];

  private AsciiCase(boolean upper) {
    this.upper = upper;
    for (int i = 0; i < letters.length; i++) {
      letters[i] = (byte) (upper ? Character.toUpperCase(i) : Character.toLowerCase(i));
    }
  }

  /** The expression itself, or this in its place. */
  static Expression inPlaceOf(Expression expression) {
    if (expression instanceof Upper made) {
      return Binding.call("converted", DataTypes.StringType, made.child(), UPPER);
    }
    if (expression instanceof Lower made) {
      return Binding.call("converted", DataTypes.StringType, made.child(), LOWER);
    }
    return expression;
  }

  /** The text with its letters converted. */
  public static UTF8String converted(UTF8String text, AsciiCase to) {
    byte[] bytes = new byte[text.numBytes()];
    text.writeToMemory(bytes, Platform.BYTE_ARRAY_OFFSET);
    int signs = 0;
    for (int i = 0; i < bytes.length; i++) {
      signs |= bytes[i];
      bytes[i] = to.letters[bytes[i] & 0x7f];
    }
    if (signs < 0) {
      return to.upper ? text.toUpperCase() : text.toLowerCase();
    }
    return UTF8String.fromBytes(bytes);
  }
}
