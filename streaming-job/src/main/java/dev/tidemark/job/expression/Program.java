package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.BasePredicate;
import org.apache.spark.sql.catalyst.expressions.Explode;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Generator;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.Predicate$;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.Generate;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import scala.collection.AbstractIterator;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** The executable steps of one pipeline, for one thread at a time. */
final class Program {

  /** Rows one after another; null after the last. A row is only valid until the next. */
  private interface Cursor {
    InternalRow next();
  }

  /** What a step makes of the rows before it. */
  private interface Step {
    Cursor over(Cursor source, Guard guard);
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
  static Program of(CodeKind kind, List<LogicalPlan> stages, Selection selection) {
    Program program = new Program(kind);
    for (LogicalPlan stage : stages) {
      String field = "select";
      String text = String.join(", ", selection.select());
      if (stage instanceof Filter) {
        field = "filter";
        text = selection.filter();
      } else if (selection.value() != null && stage == stages.get(0)) {
        field = ValueReading.FIELD;
        text = selection.value().schema();
      }
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
      return filter(Binding.of(List.of(filter.condition()), input).head());
    }
    if (stage instanceof Generate generate) {
      return generate(generate, input);
    }
    if (stage instanceof Project project) {
      List<Expression> items = new ArrayList<>();
      JavaConverters.asJavaIterable(project.projectList())
          .forEach(named -> items.add((Expression) named));
      return project(Binding.of(items, input));
    }
    throw new IllegalStateException("no step for " + stage.nodeName());
  }

  private Step filter(Expression condition) {
    BasePredicate predicate =
        kind.choose(
            () -> Predicate$.MODULE$.createCodeGeneratedObject(condition),
            () -> Predicate$.MODULE$.createInterpretedObject(condition));
    predicate.initialize(0);
    Function<InternalRow, Boolean> passes = predicate::eval;
    return (source, guard) ->
        () -> {
          InternalRow row = source.next();
          while (row != null && !Boolean.TRUE.equals(guard.evaluate(passes, row))) {
            row = source.next();
          }
          return row;
        };
  }

  private Step project(Seq<Expression> expressions) {
    UnsafeProjection projection =
        kind.choose(
            () -> UnsafeProjection$.MODULE$.createCodeGeneratedObject(expressions),
            () -> UnsafeProjection$.MODULE$.createInterpretedObject(expressions));
    projection.initialize(0);
    Function<InternalRow, InternalRow> projected = projection::apply;
    return (source, guard) ->
        () -> {
          InternalRow row = source.next();
          InternalRow made = null;
          while (row != null && (made = guard.evaluate(projected, row)) == null) {
            row = source.next();
          }
          return made;
        };
  }

  private static Step generate(Generate generate, Seq<Attribute> input) {
    Generator generator =
        (Generator) Binding.of(List.of((Expression) generate.generator()), input).head();
    int width = generate.generatorOutput().size();
    boolean outer = generate.outer();
    InternalRow nothing = new GenericInternalRow(width);
    Function<InternalRow, scala.collection.Iterator<InternalRow>> generated =
        generator instanceof Explode explode && explode.child().dataType() instanceof ArrayType of
            ? row -> elements((ArrayData) explode.child().eval(row), of.elementType())
            : row -> generator.eval(row).toIterator();
    return (source, guard) -> {
      Function<InternalRow, scala.collection.Iterator<InternalRow>> guarded =
          row -> guard.evaluate(generated, row);
      return new Generated(source, guarded, outer ? nothing : null);
    };
  }

  /** What Spark's explode gives, in one row after the other: it makes many of its own at once. */
  private static scala.collection.Iterator<InternalRow> elements(ArrayData array, DataType type) {
    GenericInternalRow row = new GenericInternalRow(1);
    return new AbstractIterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return array != null && next < array.numElements();
      }

      @Override
      public InternalRow next() {
        row.update(0, array.isNullAt(next) ? null : array.get(next, type));
        next++;
        return row;
      }
    };
  }

  /** A row of the source beside each that is generated from it. */
  private static final class Generated implements Cursor {
    private static final scala.collection.Iterator<InternalRow> NONE =
        JavaConverters.asScalaIterator(Collections.emptyIterator());

    private final Cursor source;
    private final Function<InternalRow, scala.collection.Iterator<InternalRow>> generator;
    private final InternalRow nothing;
    private final JoinedRow joined = new JoinedRow();
    private InternalRow row;
    private scala.collection.Iterator<InternalRow> made = NONE;

    /**
     * Nothing is generated yet.
     *
     * @param nothing what stands beside a row from which nothing is generated; null to drop it
     */
    Generated(
        Cursor source,
        Function<InternalRow, scala.collection.Iterator<InternalRow>> generator,
        InternalRow nothing) {
      this.source = source;
      this.generator = generator;
      this.nothing = nothing;
    }

    @Override
    public InternalRow next() {
      while (!made.hasNext()) {
        row = source.next();
        if (row == null) {
          return null;
        }
        made = generator.apply(row);
        if (made == null) {
          made = NONE;
          continue;
        }
        if (nothing != null && made.isEmpty()) {
          return joined.apply(row, nothing);
        }
      }
      return joined.apply(row, made.next());
    }
  }

  /**
   * The rows of all records; nothing of the next record is touched before it is asked for.
   *
   * @param current the record that the source has given last
   */
  Iterator<InternalRow> over(
      Iterator<InternalRow> source,
      Supplier<ConsumerRecord<byte[], byte[]>> current,
      Malformed malformed) {
    Cursor last = () -> source.hasNext() ? source.next() : null;
    for (Named step : steps) {
      last = step.step().over(last, new Guard(step.field(), step.text(), current, malformed));
    }
    return new Asked(last);
  }

  /** A cursor as an iterator. */
  private static final class Asked implements Iterator<InternalRow> {
    private final Supplier<InternalRow> source;
    private InternalRow row;

    Asked(Cursor source) {
      this.source = source::next;
    }

    @Override
    public boolean hasNext() {
      if (row == null) {
        row = Analysis.within(source);
      }
      return row != null;
    }

    @Override
    public InternalRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      InternalRow asked = row;
      row = null;
      return asked;
    }
  }
}
