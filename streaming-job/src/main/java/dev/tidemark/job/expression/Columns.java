package dev.tidemark.job.expression;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.util.GenericArrayData;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/** The columns a filter or select can use, and how a Kafka record becomes a row of them. */
public final class Columns {

  /** Names and types, in the order of the row. */
  public static final StructType SCHEMA =
      new StructType(
          new StructField[] {
            field("key", DataTypes.StringType, true),
            field("value", DataTypes.StringType, true),
            field("topic", DataTypes.StringType, false),
            field("partition", DataTypes.IntegerType, false),
            field("offset", DataTypes.LongType, false),
            field("timestamp", DataTypes.TimestampType, true),
            field(
                "headers",
                DataTypes.createArrayType(
                    new StructType(
                        new StructField[] {
                          field("key", DataTypes.StringType, false),
                          field("value", DataTypes.BinaryType, true)
                        }),
                    false),
                false)
          });

  private static final int HEADERS = 6;

  /** The value as it is, for what reads it by a schema; a name that nobody writes. */
  static final StructField BYTES = field("value bytes", DataTypes.BinaryType, true);

  /** Where it stands, behind the others. */
  private static final int RAW = 7;

  private Columns() {}

  private static StructField field(
      String name, org.apache.spark.sql.types.DataType type, boolean nullable) {
    return new StructField(name, type, nullable, Metadata.empty());
  }

  /** The column names as a person reads them. */
  static String names() {
    return String.join(", ", SCHEMA.fieldNames());
  }

  /**
   * The record as a row. Columns that no expression uses stay null: headers in particular cost more
   * than all others together.
   */
  static InternalRow row(ConsumerRecord<byte[], byte[]> record, boolean[] used) {
    Object[] values = new Object[used.length];
    values[0] = used[0] ? Utf8.string(record.key()) : null;
    values[1] = used[1] ? Utf8.string(record.value()) : null;
    values[2] = used[2] ? UTF8String.fromString(record.topic()) : null;
    values[3] = record.partition();
    values[4] = record.offset();
    // Kafka's -1 means that the message format knows no time.
    values[5] = used[5] && record.timestamp() >= 0 ? (Object) (record.timestamp() * 1000L) : null;
    values[HEADERS] = used[HEADERS] ? headers(record) : null;
    if (used.length > RAW && used[RAW]) {
      values[RAW] = record.value();
    }
    return new GenericInternalRow(values);
  }

  private static GenericArrayData headers(ConsumerRecord<byte[], byte[]> record) {
    Header[] headers = record.headers().toArray();
    Object[] rows = new Object[headers.length];
    for (int i = 0; i < headers.length; i++) {
      Object[] pair = {UTF8String.fromString(headers[i].key()), headers[i].value()};
      rows[i] = new GenericInternalRow(pair);
    }
    return new GenericArrayData(rows);
  }
}
