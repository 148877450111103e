package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.expression.Utf8;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;

/**
 * Rows in the text format of COPY, straight from Spark's internal form. Times are written in UTC
 * with their offset; malformed text, which an expression may have made, has U+FFFD for its
 * malformed parts.
 */
final class CopyText {

  private static final long MICROS = 1_000_000L;

  /** Writes the value of one column; it is not null. */
  private interface Column {
    void write(InternalRow row, int i);
  }

  private final Column[] columns;
  private final byte[] first;
  private byte[] buffer = new byte[8 * 1024];
  private int length;

  CopyText(StructType schema) {
    this(schema, "");
  }

  /** Every line begins with these columns, already in the format of COPY. */
  CopyText(StructType schema, String first) {
    this.first = first.getBytes(StandardCharsets.US_ASCII);
    columns = new Column[schema.length()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = column(schema.fields()[i].dataType());
    }
  }

  /** Appends one row. */
  void append(InternalRow row) {
    bytes(first);
    for (int i = 0; i < columns.length; i++) {
      if (i > 0) {
        put((byte) '\t');
      }
      if (row.isNullAt(i)) {
        put((byte) '\\');
        put((byte) 'N');
      } else {
        columns[i].write(row, i);
      }
    }
    put((byte) '\n');
  }

  private Column column(DataType type) {
    if (type instanceof DecimalType of) {
      return (row, i) ->
          ascii(row.getDecimal(i, of.precision(), of.scale()).toJavaBigDecimal().toPlainString());
    }
    return switch (type.typeName()) {
      case "string" -> (row, i) -> text(row.getUTF8String(i).getBytes());
      case "byte" -> (row, i) -> ascii(Byte.toString(row.getByte(i)));
      case "short" -> (row, i) -> ascii(Short.toString(row.getShort(i)));
      case "integer" -> (row, i) -> ascii(Integer.toString(row.getInt(i)));
      case "long" -> (row, i) -> ascii(Long.toString(row.getLong(i)));
      case "float" -> (row, i) -> ascii(Float.toString(row.getFloat(i)));
      case "double" -> (row, i) -> ascii(Double.toString(row.getDouble(i)));
      case "boolean" -> (row, i) -> ascii(row.getBoolean(i) ? "t" : "f");
      case "date" -> (row, i) -> ascii(date(LocalDate.ofEpochDay(row.getInt(i))));
      case "timestamp" -> (row, i) -> ascii(timestamp(row.getLong(i), "+00"));
      case "timestamp_ntz" -> (row, i) -> ascii(timestamp(row.getLong(i), ""));
      // The backslash of bytea's own notation is escaped for COPY.
      case "binary" -> (row, i) -> ascii("\\\\x" + HexFormat.of().formatHex(row.getBinary(i)));
      // Only NULL has such a type, and NULL is never written here.
      default ->
          (row, i) -> {
            throw new IllegalStateException("no text form for " + type.sql());
          };
    };
  }

  private static String date(LocalDate date) {
    int year = date.getYear();
    String text =
        String.format(
            "%04d-%02d-%02d",
            year > 0 ? year : 1 - year, date.getMonthValue(), date.getDayOfMonth());
    return year > 0 ? text : text + " BC";
  }

  private static String timestamp(long micros, String offset) {
    long second = Math.floorDiv(micros, MICROS);
    LocalDateTime time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
    String date = date(time.toLocalDate());
    boolean before = date.endsWith(" BC");
    StringBuilder text = new StringBuilder(before ? date.substring(0, date.length() - 3) : date);
    two(text.append(' '), time.getHour());
    two(text.append(':'), time.getMinute());
    two(text.append(':'), time.getSecond());
    String fraction = Long.toString(Math.floorMod(micros, MICROS) + MICROS);
    text.append('.').append(fraction, 1, fraction.length()).append(offset);
    return before ? text.append(" BC").toString() : text.toString();
  }

  private static void two(StringBuilder text, int number) {
    if (number < 10) {
      text.append('0');
    }
    text.append(number);
  }

  private void text(byte[] bytes) {
    byte[] valid = Utf8.isValid(bytes) ? bytes : Utf8.string(bytes).getBytes();
    for (byte b : valid) {
      switch (b) {
        case '\\' -> escaped('\\');
        case '\n' -> escaped('n');
        case '\r' -> escaped('r');
        case '\t' -> escaped('t');
        default -> put(b);
      }
    }
  }

  private void escaped(char c) {
    put((byte) '\\');
    put((byte) c);
  }

  private void ascii(String text) {
    bytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  private void bytes(byte[] bytes) {
    if (length + bytes.length > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + bytes.length));
    }
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  private void put(byte b) {
    if (length == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    buffer[length++] = b;
  }

  /** The bytes so far; only the first {@link #length()} count. */
  byte[] buffer() {
    return buffer;
  }

  /** How many bytes there are. */
  int length() {
    return length;
  }

  /** Forgets what was handed on. */
  void clear() {
    length = 0;
  }
}
