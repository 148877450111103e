package dev.tidemark.job.expression;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.Tuple2;

/**
 * State as lines of JSON: {@code {"group":["a",1],"window":0,"state":[3]}}, and for the mark of a
 * partition {@code {"topic":"t","partition":0,"time":0,"late":0}}. Text and decimals are strings,
 * sets are arrays of arrays, binary is Base64, dates are days and times microseconds since the
 * epoch. Not for several threads.
 */
public final class PortableState {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final StructType group;
  private final StructType state;
  private final List<StructType> sets;
  private final UnsafeProjection groupRow;
  private final UnsafeProjection stateRow;

  /**
   * For state of an aggregation.
   *
   * @param sets types of the values in its last columns, which are sets
   */
  PortableState(StructType group, StructType state, List<StructType> sets) {
    this.sets = sets;
    this.group = group;
    this.state = state;
    this.groupRow = UnsafeProjection$.MODULE$.create(group);
    this.stateRow = UnsafeProjection$.MODULE$.create(state);
  }

  /** One key and its value. */
  public String line(StateKey key, byte[] value) {
    ObjectNode line = JSON.createObjectNode();
    if (key.isMark()) {
      Mark mark = Mark.of(value);
      line.put("topic", key.topic()).put("partition", key.partition());
      line.put("time", mark.time()).put("late", mark.late());
    } else {
      line.set("group", values(group, row(group, key.group()), List.of()));
      line.put("window", key.window());
      line.set("state", values(state, row(state, value), sets));
    }
    return line.toString();
  }

  /**
   * The key and value of a line.
   *
   * @throws IllegalArgumentException when it is none of this state
   */
  public Tuple2<StateKey, byte[]> parse(String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("not a line of a savepoint", e);
    }
    if (node.has("topic")) {
      StateKey key = StateKey.mark(node.get("topic").asText(), node.get("partition").asInt());
      Mark mark = new Mark(node.get("time").asLong(), node.get("late").asLong());
      return new Tuple2<>(key, mark.bytes());
    }
    StateKey key =
        StateKey.of(
            bytes(groupRow, group, node.get("group"), List.of()), node.get("window").asLong());
    return new Tuple2<>(key, bytes(stateRow, state, node.get("state"), sets));
  }

  private static InternalRow row(StructType schema, byte[] bytes) {
    UnsafeRow row = new UnsafeRow(schema.length());
    row.pointTo(bytes, bytes.length);
    return row;
  }

  private static ArrayNode values(StructType schema, InternalRow row, List<StructType> sets) {
    ArrayNode values = JSON.createArrayNode();
    int plain = schema.length() - sets.size();
    for (int i = 0; i < schema.length(); i++) {
      if (row.isNullAt(i)) {
        values.addNull();
      } else if (i >= plain) {
        StructType type = sets.get(i - plain);
        ArrayNode set = values.addArray();
        DistinctSet.values(row.getBinary(i))
            .forEach(value -> set.add(values(type, row(type, value), List.of())));
      } else {
        value(values, row, i, schema.fields()[i].dataType());
      }
    }
    return values;
  }

  private static void value(ArrayNode values, InternalRow row, int i, DataType type) {
    if (type instanceof DecimalType decimal) {
      values.add(row.getDecimal(i, decimal.precision(), decimal.scale()).toString());
      return;
    }
    switch (kind(type)) {
      case "boolean" -> values.add(row.getBoolean(i));
      case "byte" -> values.add(row.getByte(i));
      case "short" -> values.add(row.getShort(i));
      case "integer" -> values.add(row.getInt(i));
      case "long" -> values.add(row.getLong(i));
      // As text: JSON has no NaN, and a double read as decimal digits must be the same double.
      case "float" -> values.add(Float.toString(row.getFloat(i)));
      case "double" -> values.add(Double.toString(row.getDouble(i)));
      case "string" -> values.add(row.getUTF8String(i).toString());
      case "binary" -> values.add(Base64.getEncoder().encodeToString(row.getBinary(i)));
      default -> throw unknown(type);
    }
  }

  private static byte[] bytes(
      UnsafeProjection projection, StructType schema, JsonNode values, List<StructType> sets) {
    if (values == null || values.size() != schema.length()) {
      throw new IllegalArgumentException(
          "a line of a savepoint has "
              + (values == null ? 0 : values.size())
              + " values instead of "
              + schema.length());
    }
    Object[] row = new Object[schema.length()];
    int plain = row.length - sets.size();
    for (int i = 0; i < row.length; i++) {
      JsonNode value = values.get(i);
      if (i >= plain) {
        row[i] = set(sets.get(i - plain), value);
      } else {
        row[i] = value.isNull() ? null : value(schema.fields()[i].dataType(), value);
      }
    }
    return projection.apply(new GenericInternalRow(row)).getBytes().clone();
  }

  private static byte[] set(StructType type, JsonNode values) {
    UnsafeProjection projection = UnsafeProjection$.MODULE$.create(type);
    DistinctSet set = new DistinctSet();
    values.forEach(value -> set.add(bytes(projection, type, value, List.of())));
    return set.bytes();
  }

  private static Object value(DataType type, JsonNode value) {
    if (type instanceof DecimalType decimal) {
      return Decimal.apply(new BigDecimal(value.asText()), decimal.precision(), decimal.scale());
    }
    return switch (kind(type)) {
      case "boolean" -> value.asBoolean();
      case "byte" -> (byte) value.asInt();
      case "short" -> (short) value.asInt();
      case "integer" -> value.asInt();
      case "long" -> value.asLong();
      case "float" -> Float.parseFloat(value.asText());
      case "double" -> Double.parseDouble(value.asText());
      case "string" -> UTF8String.fromString(value.asText());
      case "binary" -> Base64.getDecoder().decode(value.asText());
      default -> throw unknown(type);
    };
  }

  /** Times and intervals are numbers inside. */
  private static String kind(DataType type) {
    String name = type.typeName();
    if (name.equals("date")
        || name.startsWith("interval year")
        || name.startsWith("interval month")) {
      return "integer";
    }
    return name.startsWith("timestamp") || name.startsWith("interval") ? "long" : name;
  }

  private static IllegalArgumentException unknown(DataType type) {
    return new IllegalArgumentException("no savepoint can hold a value of type " + type.sql());
  }
}
