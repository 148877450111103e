package dev.tidemark.job.expression;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.Aggregate;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Window;
import scala.collection.JavaConverters;

/** A plan as the chain of steps a record goes through, first step first. */
final class Stages {

  private Stages() {}

  /** Why a plan is no such chain, or null when it is one. */
  static String refusedShape(LogicalPlan plan) {
    int generators = 0;
    LogicalPlan now = plan;
    while (!(now instanceof LocalRelation)) {
      if (now instanceof Aggregate) {
        return "aggregates are not allowed: a filter or select sees one record at a time";
      }
      if (now instanceof Window) {
        return "window functions are not allowed: a filter or select sees one record at a time";
      }
      if (now instanceof Generate && ++generators > 1) {
        return "only one function that makes several rows (explode, inline, ...) can be used in a select";
      }
      boolean known = now instanceof Filter || now instanceof Project || now instanceof Generate;
      if (!known || now.children().size() != 1) {
        return "only expressions over one record are allowed, but this needs a " + now.nodeName();
      }
      now = now.children().head();
    }
    return null;
  }

  /** The steps of a plan whose shape was accepted. */
  static List<LogicalPlan> of(LogicalPlan plan) {
    List<LogicalPlan> stages = new ArrayList<>();
    LogicalPlan now = plan;
    while (!(now instanceof LocalRelation)) {
      stages.add(0, now);
      now = now.children().head();
    }
    return stages;
  }

  /**
   * The plan whose first step, which passes the record on with what it has read of it, passes on
   * only what a later one reads.
   */
  static LogicalPlan withoutUnread(LogicalPlan plan, List<Expression> readers) {
    List<LogicalPlan> stages = of(plan);
    List<Expression> later = new ArrayList<>(readers);
    stages.stream()
        .skip(1)
        .forEach(stage -> JavaConverters.asJavaIterable(stage.expressions()).forEach(later::add));
    Project first = (Project) stages.get(0);
    List<NamedExpression> read = new ArrayList<>();
    for (NamedExpression item : JavaConverters.asJavaIterable(first.projectList())) {
      boolean made = !(item instanceof Attribute);
      if (made || later.stream().anyMatch(e -> e.references().contains(item.toAttribute()))) {
        read.add(item);
      }
    }
    LogicalPlan rebuilt = new Project(Plan.seq(read), first.child());
    for (LogicalPlan stage : stages.subList(1, stages.size())) {
      rebuilt = stage.withNewChildren(Plan.seq(List.of(rebuilt)));
    }
    return rebuilt;
  }

  /** Which columns of the record any step reads, or any of those who read what the steps make. */
  static boolean[] used(
      List<LogicalPlan> stages, List<Expression> readers, List<? extends Attribute> record) {
    List<Expression> all = new ArrayList<>(readers);
    stages.forEach(stage -> JavaConverters.asJavaIterable(stage.expressions()).forEach(all::add));
    boolean[] used = new boolean[record.size()];
    for (Expression expression : all) {
      for (int i = 0; i < used.length; i++) {
        used[i] |= expression.references().contains(record.get(i));
      }
    }
    return used;
  }
}
