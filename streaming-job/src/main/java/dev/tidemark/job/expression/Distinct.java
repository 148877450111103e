package dev.tidemark.job.expression;

import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A {@code count(DISTINCT ...)} taken apart.
 *
 * @param attribute the column of the stored set
 * @param values what is counted: rows in which one of them is null are not
 * @param filter null without
 */
record Distinct(Attribute attribute, List<Expression> values, Expression filter) {

  /** Types of the values. */
  StructType schema() {
    StructType schema = new StructType();
    for (Expression value : values) {
      schema = schema.add(new StructField("value", value.dataType(), true, Metadata.empty()));
    }
    return schema;
  }
}
