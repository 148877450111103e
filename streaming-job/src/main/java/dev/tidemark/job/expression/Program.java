package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.BasePredicate;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Generator;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.expressions.Predicate$;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.catalyst.expressions.codegen.GenerateUnsafeProjection$;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** The executable steps of one pipeline, for one thread at a time. */
final class Program {

  /** One record's row in, its rows out. */
  private interface Step {
    Iterator<InternalRow> apply(InternalRow row);
  }

  private record Named(String field, String text, Step step) {}

  private final CodeKind kind;
  private final List<Named> steps = new ArrayList<>();

  private Program(CodeKind kind) {
    this.kind = kind;
  }

  CodeKind kind() {
    return kind;
  }

  /** Makes the steps; throws {@link Trouble} for what only generating code finds. */
  static Program of(CodeKind kind, List<LogicalPlan> stages, String filter, List<String> select) {
    Program program = new Program(kind);
    for (LogicalPlan stage : stages) {
      boolean first = stage instanceof Filter;
      String field = first ? "filter" : "select";
      String text = first ? filter : String.join(", ", select);
      try {
        program.steps.add(new Named(field, text, program.step(stage)));
      } catch (Exception | StackOverflowError e) {
        throw Complaint.of(field, text, e);
      }
    }
    return program;
  }

  private Step step(LogicalPlan stage) {
    Seq<Attribute> input = stage.children().head().output();
    if (stage instanceof Filter filter) {
      return filter(bind(filter.condition(), input));
    }
    if (stage instanceof Generate generate) {
      return generate(generate, input);
    }
    if (stage instanceof Project project) {
      List<Expression> bound = new ArrayList<>();
      for (NamedExpression named : JavaConverters.asJavaIterable(project.projectList())) {
        bound.add(bind((Expression) named, input));
      }
      return project(Plan.seq(bound));
    }
    throw new IllegalStateException("no step for " + stage.nodeName());
  }

  private static Expression bind(Expression expression, Seq<Attribute> input) {
    return GenerateUnsafeProjection$.MODULE$.bind(Plan.seq(List.of(expression)), input).head();
  }

  private Step filter(Expression condition) {
    BasePredicate predicate =
        kind.choose(
            () -> Predicate$.MODULE$.createCodeGeneratedObject(condition),
            () -> Predicate$.MODULE$.createInterpretedObject(condition));
    predicate.initialize(0);
    return row ->
        predicate.eval(row) ? Collections.singleton(row).iterator() : Collections.emptyIterator();
  }

  private Step project(Seq<Expression> expressions) {
    UnsafeProjection projection =
        kind.choose(
            () -> UnsafeProjection$.MODULE$.createCodeGeneratedObject(expressions),
            () -> UnsafeProjection$.MODULE$.createInterpretedObject(expressions));
    projection.initialize(0);
    return row -> Collections.<InternalRow>singleton(projection.apply(row)).iterator();
  }

  private static Step generate(Generate generate, Seq<Attribute> input) {
    Generator generator = (Generator) bind((Expression) generate.generator(), input);
    int width = generate.generatorOutput().size();
    boolean outer = generate.outer();
    return row -> {
      scala.collection.Iterator<InternalRow> made = generator.eval(row).toIterator();
      if (made.isEmpty()) {
        return outer
            ? Collections.<InternalRow>singleton(new JoinedRow(row, new GenericInternalRow(width)))
                .iterator()
            : Collections.emptyIterator();
      }
      return JavaConverters.asJavaIterator(made.map(joined(row)));
    };
  }

  private static scala.Function1<InternalRow, InternalRow> joined(InternalRow row) {
    return right -> new JoinedRow(row, right);
  }

  /** The rows of all records, one step after another, as they are asked for. */
  Iterator<InternalRow> over(Iterator<InternalRow> source, Supplier<String> place) {
    Iterator<InternalRow> now = source;
    for (Named step : steps) {
      now = new Flat(now, row -> applied(step, row, place));
    }
    return now;
  }

  private static Iterator<InternalRow> applied(
      Named step, InternalRow row, Supplier<String> place) {
    try {
      return Analysis.within(() -> step.step().apply(row));
    } catch (RuntimeException | StackOverflowError e) {
      throw new Trouble(
          step.field().equals("filter") ? Reason.InvalidFilter : Reason.InvalidSelect,
          step.field()
              + ": failed on the record at "
              + place.get()
              + ": "
              + Complaint.shortened(String.valueOf(e.getMessage()).replaceAll("\\s+", " "))
              + "; change the expression so that it gives null or false for such a record (in: "
              + Complaint.shortened(step.text())
              + ")",
          e);
    }
  }

  /** A lazy flat map: nothing of the next record is touched before it is asked for. */
  private static final class Flat implements Iterator<InternalRow> {
    private final Iterator<InternalRow> source;
    private final Function<InternalRow, Iterator<InternalRow>> step;
    private Iterator<InternalRow> inner = Collections.emptyIterator();

    Flat(Iterator<InternalRow> source, Function<InternalRow, Iterator<InternalRow>> step) {
      this.source = source;
      this.step = step;
    }

    @Override
    public boolean hasNext() {
      while (!inner.hasNext()) {
        if (!source.hasNext()) {
          return false;
        }
        inner = step.apply(source.next());
      }
      return true;
    }

    @Override
    public InternalRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return inner.next();
    }
  }
}
