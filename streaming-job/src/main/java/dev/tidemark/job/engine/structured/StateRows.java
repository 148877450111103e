package dev.tidemark.job.engine.structured;

import dev.tidemark.job.expression.StateKey;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.expressions.codegen.UnsafeRowWriter;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Keys and values of state as rows of a state store. */
final class StateRows {
  static final StructType KEY =
      new StructType()
          .add("window", DataTypes.LongType, false)
          .add("group", DataTypes.BinaryType, false);
  static final StructType VALUE = new StructType().add("value", DataTypes.BinaryType, false);

  private final UnsafeRowWriter keys = new UnsafeRowWriter(2);
  private final UnsafeRowWriter values = new UnsafeRowWriter(1);

  /** Valid until the next key. */
  UnsafeRow key(StateKey key) {
    keys.reset();
    keys.write(0, key.window());
    keys.write(1, key.group());
    return keys.getRow();
  }

  /** Valid until the next value. */
  UnsafeRow value(byte[] value) {
    values.reset();
    values.write(0, value);
    return values.getRow();
  }

  static StateKey key(UnsafeRow row) {
    return StateKey.of(row.getBinary(1), row.getLong(0));
  }
}
