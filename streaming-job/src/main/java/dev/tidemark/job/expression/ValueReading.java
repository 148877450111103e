package dev.tidemark.job.expression;

import dev.tidemark.job.settings.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.spark.sql.avro.AvroDataToCatalyst;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.JsonToStructs;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Option;
import scala.collection.immutable.Map;

/**
 * Reads the value of a record by a schema into the column {@code data}, null for a tombstone. A
 * value that does not fit fails, as an expression may fail on a record.
 */
public final class ValueReading {
  /** What complaints call it. */
  static final String FIELD = "source.value.schema";

  private static final String DATA = "data";
  private static final Map<String, String> STRICT = new Map.Map1<>("mode", "FAILFAST");

  private static final Pattern ADVICE =
      Pattern.compile("(Current )?[Pp]arse Mode: FAILFAST\\.[^.]*'PERMISSIVE'\\.");

  /** A zero byte and the four of a schema's id. */
  private static final int FRAME = 5;

  private ValueReading() {}

  /**
   * The column.
   *
   * @param text the value as a string
   * @param bytes the value as it is
   */
  static Alias column(Settings.Value value, Attribute text, Attribute bytes) {
    Expression read =
        value.format().equals("Avro")
            ? new AvroDataToCatalyst(unframed(value, bytes), value.schema(), STRICT)
            : json(value.schema(), text);
    var unused = read.dataType(); // the schema is parsed when it is first asked for
    return new Alias(
        read,
        DATA,
        NamedExpression.newExprId(),
        Plan.seq(List.of()),
        Option.empty(),
        Plan.seq(List.of()));
  }

  /**
   * Why a value does not fit: what happened first, without Spark's advice to take it for nothing.
   */
  static String why(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage());
    return Complaint.cleaned(ADVICE.matcher(message).replaceAll(" "));
  }

  private static Expression json(String schema, Expression text) {
    StructType columns = new RecordSqlParser().parseTableSchema(schema);
    // What it cannot read it says at the first record.
    Expression nothing = Literal.create(UTF8String.fromString("{}"), DataTypes.StringType);
    var unused = json(columns, nothing).eval(InternalRow.empty());
    return json(columns, text);
  }

  private static Expression json(StructType columns, Expression text) {
    return new JsonToStructs(columns, STRICT, text, Option.apply("UTC"));
  }

  private static Expression unframed(Settings.Value value, Expression bytes) {
    if (value.framing().equals("None")) {
      return bytes;
    }
    return new StaticInvoke(
        ValueReading.class,
        DataTypes.BinaryType,
        "unframed",
        Plan.seq(List.of(bytes)),
        Plan.seq(List.of()),
        true,
        true,
        true);
  }

  /**
   * What follows the frame that serializers with a schema registry write.
   *
   * @throws IllegalArgumentException when there is no such frame
   */
  public static byte[] unframed(byte[] value) {
    if (value.length < FRAME || value[0] != 0) {
      throw new IllegalArgumentException(
          "it does not begin with a zero byte and the four of a schema's id, as serializers with a schema registry write"
              + " it (source.value.framing: SchemaRegistry)");
    }
    return Arrays.copyOfRange(value, FRAME, value.length);
  }
}
