package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.AggregateExpression;
import org.apache.spark.sql.catalyst.expressions.aggregate.DeclarativeAggregate;
import org.apache.spark.sql.catalyst.optimizer.NormalizeFloatingNumbers$;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.TimestampType;
import scala.collection.JavaConverters;

/**
 * An aggregate as an analyzed plan, taken apart: what makes the rows, the values they are grouped
 * by, their time, the buffers and the results over them.
 */
final class AggregatePlan {
  /** Those whose result depends neither on the order of rows nor on how they are split. */
  private static final Set<String> EXACT =
      Set.of(
          "count",
          "sum",
          "min",
          "max",
          "avg",
          "bit_and",
          "bit_or",
          "bit_xor",
          "stddev_pop",
          "stddev_samp",
          "var_pop",
          "var_samp",
          "std",
          "stddev",
          "variance",
          "skewness",
          "kurtosis",
          "corr",
          "covar_pop",
          "covar_samp",
          "regr_count",
          "regr_sxx",
          "regr_syy",
          "regr_sxy");

  private final LogicalPlan rows;
  private final List<Attribute> groups = new ArrayList<>();
  private final List<Expression> groupValues = new ArrayList<>();
  private final List<NamedExpression> results = new ArrayList<>();
  private final Buffers buffers = new Buffers();
  private final Expression time;

  AggregatePlan(LogicalPlan rows, Settings.Aggregate aggregate) {
    this.rows = rows;
    List<String> groupBy = aggregate.groupBy() == null ? List.of() : aggregate.groupBy();
    List<NamedExpression> items = new ArrayList<>();
    List<Expression> grouping = new ArrayList<>();
    for (int i = 0; i < groupBy.size(); i++) {
      NamedExpression item = Item.of("aggregate.groupBy[" + i + "]", groupBy.get(i), false);
      items.add(item);
      grouping.add(item instanceof Alias alias ? alias.child() : (Expression) item);
    }
    for (int i = 0; i < aggregate.compute().size(); i++) {
      items.add(Item.of("aggregate.compute[" + i + "]", aggregate.compute().get(i), true));
    }
    String text = String.join(", ", groupBy) + "; " + String.join(", ", aggregate.compute());
    try {
      LogicalPlan resolved =
          Analysis.rewrite(
              Analysis.resolve(new Aggregate(Plan.seq(grouping), Plan.seq(items), rows)));
      if (!(resolved instanceof Aggregate made)) {
        throw Complaint.refused(
            "aggregate.compute", text, "an item refers to another; write it out instead");
      }
      takeApart(made, groupBy.size(), text);
      time = aggregate.window() == null ? null : time(aggregate.window().time());
    } catch (Trouble e) {
      throw e;
    } catch (Exception | StackOverflowError e) {
      throw Complaint.of("aggregate", text, e);
    }
  }

  private void takeApart(Aggregate made, int grouped, String text) {
    List<NamedExpression> items = JavaConverters.seqAsJavaList(made.aggregateExpressions());
    for (int i = 0; i < grouped; i++) {
      NamedExpression item = items.get(i);
      groups.add(item.toAttribute());
      Expression value = item instanceof Alias alias ? alias.child() : (Expression) item;
      groupValues.add(NormalizeFloatingNumbers$.MODULE$.normalize(value));
    }
    for (int i = grouped; i < items.size(); i++) {
      NamedExpression item = items.get(i);
      Expression result = evaluated((Expression) item, made, text);
      results.add((NamedExpression) result);
    }
  }

  /** The expression with every aggregate replaced by what evaluates its buffers. */
  private Expression evaluated(Expression expression, Aggregate made, String text) {
    if (expression instanceof AggregateExpression aggregate) {
      requireExact(aggregate, text);
      return buffers.evaluation(aggregate);
    }
    List<Expression> grouping = JavaConverters.seqAsJavaList(made.groupingExpressions());
    for (int i = 0; i < groups.size(); i++) {
      if (!(expression instanceof NamedExpression named && named instanceof Alias)
          && grouping.get(i).semanticEquals(expression)) {
        return groups.get(i);
      }
    }
    List<Expression> children = new ArrayList<>();
    for (Expression child : JavaConverters.asJavaIterable(expression.children())) {
      children.add(evaluated(child, made, text));
    }
    return expression.withNewChildren(Plan.seq(children));
  }

  private static void requireExact(AggregateExpression aggregate, String text) {
    String name = aggregate.aggregateFunction().prettyName();
    if (aggregate.isDistinct() && !name.equals("count")) {
      throw Complaint.refused(
          "aggregate.compute",
          text,
          "DISTINCT is not allowed in " + name + ", only in count: count(DISTINCT ...)");
    }
    boolean exact =
        aggregate.aggregateFunction() instanceof DeclarativeAggregate && EXACT.contains(name);
    if (!exact) {
      throw Complaint.refused(
          "aggregate.compute",
          text,
          "the aggregate "
              + name
              + " is not allowed: its result depends on the order of the records, and a replay after"
              + " a failure must give the same");
    }
  }

  private Expression time(String text) {
    NamedExpression item = Item.of("aggregate.window.time", text + " AS time", false);
    Project resolved =
        (Project) Analysis.rewrite(Analysis.resolve(new Project(Plan.seq(List.of(item)), rows)));
    Expression named = (Expression) resolved.projectList().head();
    Expression value = named instanceof Alias alias ? alias.child() : named;
    if (!(value.dataType() instanceof TimestampType)) {
      throw new Trouble(
          Reason.InvalidAggregate,
          "aggregate.window.time: "
              + text
              + " is of type "
              + value.dataType().sql()
              + ", a time is needed; write CAST("
              + text
              + " AS TIMESTAMP)");
    }
    return value;
  }

  /** The expressions that are evaluated on the rows. */
  List<Expression> readers() {
    List<Expression> readers = new ArrayList<>(groupValues);
    readers.addAll(buffers.update());
    for (Distinct distinct : buffers.distincts()) {
      readers.addAll(distinct.values());
      readers.add(distinct.filter());
    }
    readers.add(time);
    readers.removeIf(Objects::isNull);
    return readers;
  }

  /**
   * What makes the rows, without columns that nothing here reads. Where none is computed they are
   * the records themselves, and only the readers tell what is read of them.
   */
  LogicalPlan rows() {
    if (!(rows instanceof Project project)) {
      return rows;
    }
    List<Expression> readers = readers();
    List<NamedExpression> read = new ArrayList<>();
    boolean computed = false;
    for (NamedExpression item : JavaConverters.asJavaIterable(project.projectList())) {
      if (readers.stream().anyMatch(r -> r.references().contains(item.toAttribute()))) {
        read.add(item);
        computed |= !(item instanceof Attribute);
      }
    }
    return computed ? new Project(Plan.seq(read), project.child()) : project.child();
  }

  List<Attribute> groups() {
    return groups;
  }

  List<Expression> groupValues() {
    return groupValues;
  }

  List<NamedExpression> results() {
    return results;
  }

  Buffers buffers() {
    return buffers;
  }

  /** Null without windows. */
  Expression time() {
    return time;
  }
}
