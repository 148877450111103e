package dev.tidemark.job.sink.topic;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Line;
import dev.tidemark.job.sink.RowJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Rows as records of a topic. Safe for many threads. */
public final class TopicLines {
  private final StructType schema;
  private final Function<InternalRow, byte[]> key;
  private final Function<InternalRow, byte[]> value;

  private TopicLines(Settings.Kafka kafka, StructType schema, List<String> keys, boolean always) {
    this.schema = schema;
    keys.forEach(this::requireColumn);
    this.key = keys.isEmpty() && !always ? row -> null : key(keys, always);
    this.value = kafka.format().equals("Text") ? text(keys) : new RowJson(schema)::text;
  }

  /**
   * For rows, which have no key unless the settings name one.
   *
   * @throws Trouble {@code InvalidSelect} when the topic's settings and the columns do not fit
   */
  public static TopicLines rows(Settings.Kafka kafka, StructType schema) {
    return new TopicLines(kafka, schema, kafka.key(), false);
  }

  /**
   * For results. Each has a key, also that of the group NULL and that of all records: without one
   * its records would go to any partition, and the newest would not be known by its place.
   *
   * @param groups the columns that a result is known by
   * @throws Trouble {@code InvalidSelect} when the topic's settings and the columns do not fit
   */
  public static TopicLines results(Settings.Kafka kafka, StructType schema, List<String> groups) {
    return new TopicLines(kafka, schema, kafka.key().isEmpty() ? groups : kafka.key(), true);
  }

  /** Each row as soon as it is asked for: sources of rows reuse one. */
  Iterator<Line> all(Iterator<InternalRow> rows) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Line next() {
        InternalRow row = rows.next();
        return new Line(key.apply(row), value.apply(row));
      }
    };
  }

  private void requireColumn(String name) {
    if (!Arrays.asList(schema.fieldNames()).contains(name)) {
      throw new Trouble(
          Reason.InvalidSelect,
          "sink.kafka.key: there is no column %s; the results have %s"
              .formatted(name, String.join(", ", schema.fieldNames())));
    }
  }

  /** One column of text as it is, else an object; a NULL alone is an object or no key at all. */
  private Function<InternalRow, byte[]> key(List<String> keys, boolean always) {
    if (keys.size() != 1 || !isText(field(keys.get(0)))) {
      return object(keys);
    }
    Function<InternalRow, byte[]> text = column(keys.get(0));
    Function<InternalRow, byte[]> object = object(keys);
    return row -> {
      byte[] key = text.apply(row);
      return key == null && always ? object.apply(row) : key;
    };
  }

  private Function<InternalRow, byte[]> object(List<String> keys) {
    StructField[] fields = keys.stream().map(this::field).toArray(StructField[]::new);
    int[] at = keys.stream().mapToInt(schema::fieldIndex).toArray();
    RowJson json = new RowJson(new StructType(fields));
    return row -> {
      Object[] values = new Object[at.length];
      for (int i = 0; i < at.length; i++) {
        values[i] = row.isNullAt(at[i]) ? null : row.get(at[i], fields[i].dataType());
      }
      return json.text(new GenericInternalRow(values));
    };
  }

  private Function<InternalRow, byte[]> text(List<String> keys) {
    List<String> rest = new ArrayList<>(List.of(schema.fieldNames()));
    rest.removeAll(keys);
    if (rest.size() != 1 || !isText(field(rest.get(0)))) {
      throw new Trouble(
          Reason.InvalidSelect,
          "sink.kafka.format: Text needs exactly one column of type string beside those of the key, which becomes the"
              + " record's value; here are %s. Select one, or choose Json"
                  .formatted(rest.isEmpty() ? "none" : described(rest)));
    }
    return column(rest.get(0));
  }

  private String described(List<String> columns) {
    return String.join(
        ", ", columns.stream().map(c -> c + " " + field(c).dataType().sql()).toList());
  }

  private Function<InternalRow, byte[]> column(String name) {
    int at = schema.fieldIndex(name);
    return row -> row.isNullAt(at) ? null : row.getUTF8String(at).getBytes();
  }

  private StructField field(String name) {
    return schema.fields()[schema.fieldIndex(name)];
  }

  private static boolean isText(StructField field) {
    return field.dataType().equals(DataTypes.StringType);
  }
}
