package dev.tidemark.job.expression;

import dev.tidemark.job.expression.Program.Kind;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;

/**
 * A filter and a select ready to run. Safe for many threads: each run borrows a program of its own,
 * since projections reuse their buffers. It begins with interpreted expressions, because compiling
 * generated code is a good part of the time to the first row; a job that has many records gets its
 * generated code a little later, made in the background.
 */
public final class CompiledPipeline {

  private static final Logger LOG = LoggerFactory.getLogger(CompiledPipeline.class);

  /** So many records later the start is over, and generated code saves more than it costs. */
  private static final long WORTH_GENERATING = 50_000;

  private final String filter;
  private final List<String> select;
  private final List<LogicalPlan> stages;
  private final boolean[] used;
  private final StructType schema;
  private final ConcurrentLinkedQueue<Program> idle = new ConcurrentLinkedQueue<>();
  private final AtomicLong records = new AtomicLong();
  private volatile Kind kind = Kind.INTERPRETED;

  private CompiledPipeline(
      String filter,
      List<String> select,
      List<LogicalPlan> stages,
      boolean[] used,
      StructType schema) {
    this.filter = filter;
    this.select = select;
    this.stages = stages;
    this.used = used;
    this.schema = schema;
  }

  static CompiledPipeline of(String filter, List<String> select) {
    return Analysis.within(
        () -> {
          Plan plan = new Plan();
          return of(filter, select, plan.of(filter, select), plan.record());
        });
  }

  /** Of a plan that was made and accepted before. */
  static CompiledPipeline of(
      String filter, List<String> select, LogicalPlan analyzed, List<? extends Attribute> record) {
    List<LogicalPlan> stages = Stages.of(analyzed);
    boolean[] used = Stages.used(stages, record);
    return new CompiledPipeline(filter, select, stages, used, schema(analyzed));
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
  public Rows apply(Iterator<ConsumerRecord<byte[], byte[]>> source) {
    Program program = borrow();
    return new Rows(source, used, program, count -> release(program, count));
  }

  private Program borrow() {
    Kind wanted = kind;
    Program resting = idle.poll();
    while (resting != null && resting.kind() != wanted) {
      resting = idle.poll();
    }
    return resting == null ? Analysis.within(() -> program(wanted)) : resting;
  }

  private void release(Program program, long count) {
    if (program.kind() == kind) {
      idle.add(program);
    }
    long before = records.getAndAdd(count);
    if (before < WORTH_GENERATING && before + count >= WORTH_GENERATING) {
      Thread thread = new Thread(this::generateQuietly, "expression code");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void generateQuietly() {
    try {
      generate();
    } catch (RuntimeException e) {
      LOG.warn("no code can be generated for the expressions, they stay interpreted", e);
    }
  }

  /**
   * Generates code now.
   *
   * @throws dev.tidemark.job.outcome.Trouble for what only the code generator finds, such as a
   *     broken pattern
   */
  void generate() {
    if (kind == Kind.INTERPRETED) {
      Program generated = Analysis.within(() -> program(Kind.GENERATED));
      kind = Kind.GENERATED;
      idle.add(generated);
    }
  }

  private Program program(Kind of) {
    return Program.of(of, stages, filter, select);
  }
}
