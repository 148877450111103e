package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.AttributeReference;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.StructsToJson;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.types.DataTypeUtils;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/**
 * From the text of a filter and a select to an analyzed plan over one relation: the columns of a
 * record.
 */
final class Plan {

  /** Metadata key of columns that hold JSON text made from an array, a map or a struct. */
  static final String JSON = "tidemark.json";

  private static final String TIMESTAMP = "timestamp";

  private final List<AttributeReference> record;
  private final Selection selection;

  Plan(Selection selection) {
    this.selection = selection;
    StructType columns = Columns.SCHEMA;
    if (selection.value() != null) {
      columns = columns.add(Columns.BYTES);
    }
    record = JavaConverters.seqAsJavaList(DataTypeUtils.toAttributes(columns));
  }

  /** The columns of a record, as the plan refers to them. */
  List<AttributeReference> record() {
    return record;
  }

  /** What filter and select see: the record, with its value read where there is a schema. */
  private LogicalPlan relation() {
    List<Attribute> output = new ArrayList<>(record);
    LogicalPlan relation = new LocalRelation(seq(output), seq(List.of()), false);
    if (selection.value() == null) {
      return relation;
    }
    int bytes = Columns.SCHEMA.length();
    List<NamedExpression> items = new ArrayList<>(record.subList(0, bytes));
    AttributeReference text = record.get(Columns.SCHEMA.fieldIndex("value"));
    try {
      items.add(ValueReading.column(selection.value(), text, record.get(bytes)));
      return Analysis.rewrite(Analysis.resolve(new Project(seq(items), relation)));
    } catch (Exception | StackOverflowError e) {
      throw Complaint.of(ValueReading.FIELD, selection.value().schema(), e);
    }
  }

  private LogicalPlan kept() {
    LogicalPlan relation = relation();
    return selection.filter() == null ? relation : filtered(selection.filter(), relation);
  }

  /** The whole plan; throws {@link Trouble} for whatever is wrong with the selection. */
  LogicalPlan whole() {
    List<String> select = selection.select();
    LogicalPlan below = kept();
    try {
      return withJson(selected(select, below, false, false));
    } catch (Trouble e) {
      // Once more, one item after another, so that the complaint names the one that is wrong.
      return withJson(selected(select, below, true, false));
    }
  }

  /**
   * The rows that an aggregate is made of: those of the select, with the record's timestamp where
   * the select gives no column of that name.
   */
  LogicalPlan rows() {
    List<String> select = selection.select();
    LogicalPlan below = kept();
    LogicalPlan selected = selected(select, below, false, false);
    for (Attribute attribute : JavaConverters.asJavaIterable(selected.output())) {
      if (attribute.name().equalsIgnoreCase(TIMESTAMP)) {
        return selected;
      }
    }
    return selected(select, below, false, true);
  }

  private LogicalPlan filtered(String text, LogicalPlan relation) {
    try {
      Expression condition = Item.parse("filter", text);
      LogicalPlan plan = Analysis.resolve(new Filter(condition, relation));
      refuse("filter", text, plan);
      plan = Analysis.rewrite(plan);
      refuseRest("filter", text, plan);
      // Some functions (window) add a column of their own; the select sees those of the record.
      List<NamedExpression> columns = new ArrayList<>();
      JavaConverters.asJavaIterable(relation.output()).forEach(columns::add);
      return plan.output().size() == columns.size() ? plan : new Project(seq(columns), plan);
    } catch (Exception | StackOverflowError e) {
      throw Complaint.of("filter", text, e);
    }
  }

  private LogicalPlan selected(
      List<String> select, LogicalPlan below, boolean stepwise, boolean timestamp) {
    List<NamedExpression> items = new ArrayList<>();
    for (int i = 0; i < select.size(); i++) {
      String field = Complaint.select(select, i);
      try {
        items.add(Item.named(field, select.get(i), Item.parse(field, select.get(i))));
        if (stepwise) {
          // With those before it, which it may use.
          refuse(field, select.get(i), Analysis.resolve(new Project(seq(items), below)));
        }
      } catch (Exception | StackOverflowError e) {
        throw Complaint.of(field, select.get(i), e);
      }
    }
    if (timestamp) {
      items.add(record.get(Columns.SCHEMA.fieldIndex(TIMESTAMP)));
    }
    String all = String.join(", ", select);
    try {
      LogicalPlan plan = Analysis.resolve(new Project(seq(items), below));
      refuse("select", all, plan);
      refuseDuplicates(all, plan);
      plan = Analysis.rewrite(plan);
      refuseRest("select", all, plan);
      return plan;
    } catch (Exception | StackOverflowError e) {
      throw Complaint.of("select", all, e);
    }
  }

  private static void refuse(String field, String text, LogicalPlan plan) {
    String shape = Stages.refusedShape(plan);
    forEachExpression(plan, e -> Refusals.ofAnalyzed(e), field, text);
    if (shape != null) {
      throw Complaint.refused(field, text, shape);
    }
  }

  private static void refuseRest(String field, String text, LogicalPlan plan) {
    forEachExpression(plan, e -> Refusals.ofRewritten(e), field, text);
  }

  private static void forEachExpression(
      LogicalPlan plan,
      java.util.function.Function<Expression, Optional<String>> rule,
      String field,
      String text) {
    LogicalPlan now = plan;
    while (now != null) {
      for (Expression expression : JavaConverters.asJavaIterable(now.expressions())) {
        rule.apply(expression)
            .ifPresent(
                why -> {
                  throw Complaint.refused(field, text, why);
                });
      }
      now = now.children().isEmpty() ? null : now.children().head();
    }
  }

  private static void refuseDuplicates(String text, LogicalPlan plan) {
    Set<String> seen = new HashSet<>();
    for (Attribute attribute : JavaConverters.asJavaIterable(plan.output())) {
      if (!seen.add(attribute.name().toLowerCase(Locale.ROOT))) {
        throw Complaint.refused(
            "select",
            text,
            "two columns are named '"
                + attribute.name()
                + "'; give one of them another name with AS");
      }
    }
  }

  /** Arrays, maps and structs become JSON text, nulls included, so that any sink can hold them. */
  static LogicalPlan withJson(LogicalPlan plan) {
    List<NamedExpression> items = new ArrayList<>();
    boolean changed = false;
    for (Attribute attribute : JavaConverters.asJavaIterable(plan.output())) {
      boolean nested = isNested(attribute.dataType());
      items.add(nested ? json(attribute) : attribute);
      changed |= nested;
    }
    return changed ? Analysis.rewrite(Analysis.resolve(new Project(seq(items), plan))) : plan;
  }

  private static boolean isNested(DataType type) {
    return type instanceof ArrayType || type instanceof MapType || type instanceof StructType;
  }

  private static Alias json(Attribute attribute) {
    scala.collection.immutable.Map<String, String> options =
        new scala.collection.immutable.Map.Map1<>("ignoreNullFields", "false");
    Metadata metadata = new MetadataBuilder().putBoolean(JSON, true).build();
    return new Alias(
        new StructsToJson(options, attribute, Option.apply("UTC")),
        attribute.name(),
        NamedExpression.newExprId(),
        seq(List.of()),
        Option.apply(metadata),
        seq(List.of()));
  }

  /** A column of our own making. */
  static AttributeReference attribute(String name, DataType type, boolean nullable) {
    StructField field = new StructField(name, type, nullable, Metadata.empty());
    return DataTypeUtils.toAttribute(field);
  }

  static <T> Seq<T> seq(List<T> list) {
    return JavaConverters.asScalaBuffer(list).toList();
  }
}
