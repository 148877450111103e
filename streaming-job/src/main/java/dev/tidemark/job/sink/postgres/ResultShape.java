package dev.tidemark.job.sink.postgres;

import java.util.List;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * What a table has to hold.
 *
 * @param schema names and types of the results
 * @param key null when every result is a row of its own; else the fields by which a later result
 *     replaces an earlier one, none of them when there is only one result
 */
record ResultShape(StructType schema, List<String> key) {

  /** Every row stays. */
  static ResultShape appended(StructType schema) {
    return new ResultShape(schema, null);
  }

  /** One row per key, always the latest. */
  static ResultShape upserted(StructType schema, List<String> key) {
    return new ResultShape(schema, List.copyOf(key));
  }

  boolean upsert() {
    return key != null;
  }

  /** True when the field at this place is part of the key. */
  boolean isKey(int field) {
    return upsert() && key.contains(schema.fields()[field].name());
  }

  /** True when Spark may give NULL in some field of the key. */
  boolean nullableKey() {
    for (int i = 0; i < schema.length(); i++) {
      StructField field = schema.fields()[i];
      if (isKey(i) && field.nullable()) {
        return true;
      }
    }
    return false;
  }
}
