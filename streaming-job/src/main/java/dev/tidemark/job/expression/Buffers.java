package dev.tidemark.job.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.If;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.DeclarativeAggregate;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.JavaConverters;

/**
 * The buffers of some aggregates side by side in one row, as Spark's own partial aggregation lays
 * them out, and the expressions over them.
 */
final class Buffers {
  private final List<AggregateExpression> aggregates = new ArrayList<>();
  private final List<Attribute> attributes = new ArrayList<>();
  private final List<Attribute> others = new ArrayList<>();
  private final List<Expression> initial = new ArrayList<>();
  private final List<Expression> update = new ArrayList<>();
  private final List<Expression> merge = new ArrayList<>();

  /** Takes an aggregate in, unless it is there already; returns what evaluates it. */
  Expression evaluation(AggregateExpression wanted) {
    Optional<AggregateExpression> known =
        aggregates.stream().filter(a -> a.semanticEquals(wanted)).findFirst();
    AggregateExpression of = known.orElse(wanted);
    DeclarativeAggregate function = (DeclarativeAggregate) of.aggregateFunction();
    if (known.isEmpty()) {
      add(of, function);
    }
    return function.evaluateExpression();
  }

  private void add(AggregateExpression of, DeclarativeAggregate function) {
    aggregates.add(of);
    List<AttributeReference> own = JavaConverters.seqAsJavaList(function.aggBufferAttributes());
    List<Expression> updates = JavaConverters.seqAsJavaList(function.updateExpressions());
    attributes.addAll(own);
    others.addAll(JavaConverters.seqAsJavaList(function.inputAggBufferAttributes()));
    initial.addAll(JavaConverters.seqAsJavaList(function.initialValues()));
    merge.addAll(JavaConverters.seqAsJavaList(function.mergeExpressions()));
    for (int i = 0; i < updates.size(); i++) {
      update.add(
          of.filter().isEmpty()
              ? updates.get(i)
              : new If(of.filter().get(), updates.get(i), own.get(i)));
    }
  }

  /** The columns of the row. */
  List<Attribute> attributes() {
    return attributes;
  }

  /** The columns of a second row, which is merged into the first. */
  List<Attribute> others() {
    return others;
  }

  /** Values before any row. */
  List<Expression> initial() {
    return initial;
  }

  /** Over the buffers, then the columns of a row. */
  List<Expression> update() {
    return update;
  }

  /** Over the buffers, then those of {@link #others}. */
  List<Expression> merge() {
    return merge;
  }

  /** Types of the row. */
  StructType schema() {
    StructType schema = new StructType();
    for (Attribute attribute : attributes) {
      schema =
          schema.add(
              new StructField(attribute.name(), attribute.dataType(), true, Metadata.empty()));
    }
    return schema;
  }

  /** What is computed, independent of names. */
  String signature() {
    List<String> parts = new ArrayList<>();
    for (AggregateExpression aggregate : aggregates) {
      List<String> types = new ArrayList<>();
      for (Expression child :
          JavaConverters.asJavaIterable(aggregate.aggregateFunction().children())) {
        types.add(child.dataType().sql());
      }
      parts.add(aggregate.sql() + " of " + String.join(", ", types));
    }
    return String.join("; ", parts);
  }
}
