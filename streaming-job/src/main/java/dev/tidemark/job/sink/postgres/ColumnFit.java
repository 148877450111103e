package dev.tidemark.job.sink.postgres;

import dev.tidemark.job.expression.CompiledPipeline;
import java.util.Set;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/**
 * Which column of a select fits which column of a table: only where no value can be cut, rounded or
 * refused for its type. Text also fits the types that are written as text (json, uuid, enums),
 * whose syntax only the database can judge.
 */
final class ColumnFit {

  private static final Set<String> TEXT = Set.of("text", "varchar", "bpchar", "citext");
  private static final Set<String> TEXTUAL =
      Set.of("json", "jsonb", "uuid", "xml", "inet", "cidr", "macaddr", "ltree");

  private ColumnFit() {}

  /** True when every value of the field can stand in the column. */
  static boolean fits(StructField field, TableColumn column) {
    DataType type = field.dataType();
    String to = column.type();
    if (CompiledPipeline.isJson(field)) {
      return TEXT.contains(to) || to.equals("json") || to.equals("jsonb");
    }
    if (type instanceof StringType) {
      return TEXT.contains(to) || TEXTUAL.contains(to) || column.enumeration();
    }
    if (type instanceof DecimalType decimal) {
      return decimal(decimal, column);
    }
    return type instanceof NullType
        || (targets(type).contains(to) && numericHolds(type, column) && timeHolds(column));
  }

  private static Set<String> targets(DataType type) {
    if (type instanceof ByteType || type instanceof ShortType) {
      return Set.of("int2", "int4", "int8", "numeric", "float4", "float8");
    }
    if (type instanceof IntegerType) {
      return Set.of("int4", "int8", "numeric", "float8");
    }
    if (type instanceof LongType) {
      return Set.of("int8", "numeric");
    }
    if (type instanceof FloatType) {
      return Set.of("float4", "float8", "numeric");
    }
    if (type instanceof DoubleType) {
      return Set.of("float8", "numeric");
    }
    if (type instanceof BooleanType) {
      return Set.of("bool");
    }
    if (type instanceof DateType) {
      return Set.of("date", "timestamp", "timestamptz");
    }
    if (type instanceof TimestampType || type instanceof TimestampNTZType) {
      return Set.of("timestamptz", "timestamp");
    }
    return type instanceof BinaryType ? Set.of("bytea") : Set.of();
  }

  /** A numeric with a precision rounds in silence, so it must be able to hold the whole type. */
  private static boolean numericHolds(DataType type, TableColumn column) {
    if (!column.type().equals("numeric") || column.precision() < 0) {
      return true;
    }
    int digits =
        type instanceof LongType
            ? 19
            : type instanceof IntegerType ? 10 : type instanceof ShortType ? 5 : 3;
    boolean integral = !(type instanceof FloatType || type instanceof DoubleType);
    return integral && column.precision() - column.scale() >= digits;
  }

  /** A time with fewer than six digits of its second rounds in silence, too. */
  private static boolean timeHolds(TableColumn column) {
    return !column.shown().matches("timestamp\\([0-5]\\).*");
  }

  private static boolean decimal(DecimalType decimal, TableColumn column) {
    if (!column.type().equals("numeric")) {
      return false;
    }
    return column.precision() < 0
        || (column.scale() >= decimal.scale()
            && column.precision() - column.scale() >= decimal.precision() - decimal.scale());
  }

  /** The type a created table gets for a field, or null when no table can hold it. */
  static String created(StructField field) {
    DataType type = field.dataType();
    if (CompiledPipeline.isJson(field)) {
      return "jsonb";
    }
    if (type instanceof DecimalType decimal) {
      return "numeric(" + decimal.precision() + "," + decimal.scale() + ")";
    }
    return switch (type.typeName()) {
      case "string", "void" -> "text";
      case "byte", "short" -> "smallint";
      case "integer" -> "integer";
      case "long" -> "bigint";
      case "float" -> "real";
      case "double" -> "double precision";
      case "boolean" -> "boolean";
      case "date" -> "date";
      case "timestamp" -> "timestamp with time zone";
      case "timestamp_ntz" -> "timestamp without time zone";
      case "binary" -> "bytea";
      default -> null;
    };
  }

  /** How a person makes a field fit, as the end of a sentence. */
  static String advice(StructField field, TableColumn column) {
    String cast =
        switch (column.type()) {
          case "int2" -> "SMALLINT";
          case "int4" -> "INT";
          case "int8" -> "BIGINT";
          case "float4" -> "FLOAT";
          case "float8" -> "DOUBLE";
          case "bool" -> "BOOLEAN";
          case "date" -> "DATE";
          case "timestamptz", "timestamp" -> "TIMESTAMP";
          case "bytea" -> "BINARY";
          case "numeric" ->
              column.precision() < 0
                  ? "DECIMAL(38, 9)"
                  : "DECIMAL("
                      + Math.min(38, column.precision())
                      + ", "
                      + Math.min(38, column.scale())
                      + ")";
          default -> "STRING";
        };
    return "write CAST(... AS "
        + cast
        + ") AS "
        + field.name()
        + " in the select, or change the column's type";
  }
}
