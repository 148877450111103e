package dev.tidemark.job.expression;

import java.util.Iterator;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.collection.JavaConverters;

/**
 * A filter and a select ready to run. Safe for many threads: each run borrows a program of its own,
 * since projections reuse their buffers. It begins with interpreted expressions, because compiling
 * generated code is a good part of the time to the first row; a job that has many records gets its
 * generated code a little later, made in the background.
 */
public final class CompiledPipeline {

  private final boolean[] used;
  private final StructType schema;
  private final Resting<Program> programs;

  private CompiledPipeline(
      Selection selection, List<LogicalPlan> stages, boolean[] used, StructType schema) {
    this.programs = new Resting<>(kind -> Program.of(kind, stages, selection));
    this.used = used;
    this.schema = schema;
  }

  static CompiledPipeline of(Selection selection) {
    return Analysis.within(
        () -> {
          Plan plan = new Plan(selection);
          return of(selection, plan.whole(), plan.record(), List.of());
        });
  }

  /**
   * Of a plan that was made and accepted before.
   *
   * @param readers what will be evaluated on the rows, which may be the records themselves
   */
  static CompiledPipeline of(
      Selection selection,
      LogicalPlan analyzed,
      List<? extends Attribute> record,
      List<Expression> readers) {
    LogicalPlan plan =
        selection.value() == null ? analyzed : Stages.withoutUnread(analyzed, readers);
    List<LogicalPlan> stages = Stages.of(plan);
    boolean[] used = Stages.used(stages, readers, record);
    return new CompiledPipeline(selection, stages, used, schema(plan));
  }

  static StructType schema(LogicalPlan plan) {
    StructType schema = new StructType();
    for (Attribute attribute : JavaConverters.asJavaIterable(plan.output())) {
      schema =
          schema.add(
              new StructField(
                  attribute.name(),
                  attribute.dataType(),
                  attribute.nullable(),
                  attribute.metadata()));
    }
    return schema;
  }

  /** Names and types of the rows; nested types have become JSON text ({@link #isJson}). */
  public StructType schema() {
    return schema;
  }

  /** True for a column that holds JSON text made from an array, a map or a struct. */
  public static boolean isJson(StructField field) {
    return field.metadata().contains(Plan.JSON);
  }

  /**
   * The rows of some records, made as they are asked for. A row is only valid until the next one is
   * asked for.
   */
  public Rows apply(Iterator<ConsumerRecord<byte[], byte[]>> source, Malformed malformed) {
    Program program = programs.borrow();
    return new Rows(
        source,
        used,
        program,
        malformed,
        count -> programs.release(program, program.kind(), count));
  }

  /**
   * Generates code now.
   *
   * @throws dev.tidemark.job.outcome.Trouble for what only the code generator finds, such as a
   *     broken pattern
   */
  void generate() {
    programs.generate();
  }
}
