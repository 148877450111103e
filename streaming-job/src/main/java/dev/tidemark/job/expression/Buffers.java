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
import org.apache.spark.sql.catalyst.expressions.objects.StaticInvoke;
import org.apache.spark.sql.catalyst.optimizer.NormalizeFloatingNumbers$;
import org.apache.spark.sql.types.DataTypes;
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
  private final List<AggregateExpression> distinctAggregates = new ArrayList<>();
  private final List<Distinct> distincts = new ArrayList<>();

  /** Takes an aggregate in, unless it is there already; returns what evaluates it. */
  Expression evaluation(AggregateExpression wanted) {
    if (wanted.isDistinct()) {
      return distinct(wanted);
    }
    Optional<AggregateExpression> known =
        aggregates.stream().filter(a -> a.semanticEquals(wanted)).findFirst();
    AggregateExpression of = known.orElse(wanted);
    DeclarativeAggregate function = (DeclarativeAggregate) of.aggregateFunction();
    if (known.isEmpty()) {
      add(of, function);
    }
    return function.evaluateExpression();
  }

  private Expression distinct(AggregateExpression wanted) {
    int known = 0;
    while (known < distincts.size() && !distinctAggregates.get(known).semanticEquals(wanted)) {
      known++;
    }
    if (known == distincts.size()) {
      List<Expression> values = new ArrayList<>();
      JavaConverters.asJavaIterable(wanted.aggregateFunction().children())
          .forEach(value -> values.add(NormalizeFloatingNumbers$.MODULE$.normalize(value)));
      Attribute attribute = Plan.attribute("distinct", DataTypes.BinaryType, false);
      Expression filter = wanted.filter().isEmpty() ? null : wanted.filter().get();
      distinctAggregates.add(wanted);
      distincts.add(new Distinct(attribute, values, filter));
    }
    return new StaticInvoke(
        DistinctSet.class,
        DataTypes.LongType,
        "size",
        Plan.seq(List.of(distincts.get(known).attribute())),
        Plan.seq(List.of()),
        false,
        false,
        true);
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

  /** The columns of the row as it is stored: those of {@link #plain}, then the sets. */
  List<Attribute> attributes() {
    List<Attribute> all = new ArrayList<>(attributes);
    distincts.forEach(distinct -> all.add(distinct.attribute()));
    return all;
  }

  /** The columns that expressions update and merge. */
  List<Attribute> plain() {
    return attributes;
  }

  /** What is counted once per value, in columns after the others. */
  List<Distinct> distincts() {
    return distincts;
  }

  /** The plain columns of a second row, which is merged into the first. */
  List<Attribute> others() {
    return others;
  }

  /** Values before any row. */
  List<Expression> initial() {
    return initial;
  }

  /** Over the plain columns, then the columns of a row. */
  List<Expression> update() {
    return update;
  }

  /** Over the plain columns, then those of {@link #others}. */
  List<Expression> merge() {
    return merge;
  }

  /** Types of the row. */
  StructType schema() {
    StructType schema = new StructType();
    for (Attribute attribute : attributes()) {
      schema =
          schema.add(
              new StructField(attribute.name(), attribute.dataType(), true, Metadata.empty()));
    }
    return schema;
  }

  /** What is computed, independent of names. */
  String signature() {
    List<String> parts = new ArrayList<>();
    List<AggregateExpression> all = new ArrayList<>(aggregates);
    all.addAll(distinctAggregates);
    for (AggregateExpression aggregate : all) {
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
