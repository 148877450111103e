package dev.tidemark.job.expression;

import org.apache.spark.sql.catalyst.expressions.BoundReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.StringSplit;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Spark's {@code split} at a constant character that means nothing to a regular expression, without
 * a limit: the parts are views of the text's bytes, where Spark makes characters of them and bytes
 * again. The results are the same, which is tested; text that is not valid UTF-8 is left to Spark.
 */
public final class SplitAt {
  private static final String SPECIAL = ".$|()[{^?*+\\";

  private final byte separator;
  private final StringSplit original;

  private SplitAt(char separator) {
    this.separator = (byte) separator;
    this.original =
        new StringSplit(
            new BoundReference(0, DataTypes.StringType, true),
            Literal.create(String.valueOf(separator), DataTypes.StringType),
            Literal.create(-1, DataTypes.IntegerType));
  }

  /** The expression itself, or this in its place. */
  static Expression inPlaceOf(Expression expression) {
    if (!(expression instanceof StringSplit split)
        || !(split.regex() instanceof Literal regex)
        || !(split.limit() instanceof Literal limit)
        || regex.value() == null
        || limit.value() == null
        || (Integer) limit.value() > 0) {
      return expression;
    }
    String text = regex.value().toString();
    if (text.length() != 1 || text.charAt(0) > 0x7f || SPECIAL.contains(text)) {
      return expression;
    }
    return Binding.call("parts", split.dataType(), split.str(), new SplitAt(text.charAt(0)));
  }

  /** The parts of a text, empty ones too. */
  public static ArrayData parts(UTF8String text, SplitAt at) {
    byte[] bytes = text.getBytes();
    if (!Utf8.isValid(bytes)) {
      return (ArrayData) at.original.eval(new GenericInternalRow(new Object[] {text}));
    }
    int separators = 0;
    for (byte b : bytes) {
      separators += b == at.separator ? 1 : 0;
    }
    Object[] parts = new Object[separators + 1];
    int from = 0;
    for (int i = 0; i < parts.length; i++) {
      int until = from;
      while (until < bytes.length && bytes[until] != at.separator) {
        until++;
      }
      parts[i] = UTF8String.fromBytes(bytes, from, until - from);
      from = until + 1;
    }
    return new GenericArrayData(parts);
  }
}
