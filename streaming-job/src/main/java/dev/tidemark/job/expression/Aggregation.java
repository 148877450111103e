package dev.tidemark.job.expression;

import dev.tidemark.job.settings.Settings;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * An aggregate ready to run, compiled once per JVM and text. Safe for many threads: each use
 * borrows its own executable parts.
 */
public final class Aggregation {
  private record Text(Selection selection, Settings.Aggregate aggregate) {}

  private static final ConcurrentMap<Text, Aggregation> COMPILED = new ConcurrentHashMap<>();
  private static final List<String> WINDOW = List.of("window_start", "window_end", "is_final");

  private final Settings.Aggregate aggregate;
  private final AggregatePlan plan;
  private final CompiledPipeline rows;
  private final LogicalPlan results;
  private final StructType schema;
  private final Resting<Aggregator> aggregators;

  private Aggregation(Text text) {
    aggregate = text.aggregate();
    Plan above = new Plan(text.selection());
    LogicalPlan made = above.rows();
    plan = new AggregatePlan(made, aggregate);
    rows = CompiledPipeline.of(text.selection(), plan.rows(), above.record(), plan.readers());
    results = projection();
    schema = CompiledPipeline.schema(results);
    aggregators = new Resting<>(kind -> new Aggregator(kind, plan, results));
    release(borrow(), 0);
  }

  /**
   * The compiled form.
   *
   * @throws dev.tidemark.job.outcome.Trouble {@code InvalidSchema}, {@code InvalidFilter}, {@code
   *     InvalidSelect} or {@code InvalidAggregate}
   */
  public static Aggregation compile(Selection selection, Settings.Aggregate aggregate) {
    return COMPILED.computeIfAbsent(
        new Text(selection, aggregate), t -> Analysis.within(() -> new Aggregation(t)));
  }

  /** The same, and code is generated at once. */
  public static Aggregation check(Selection selection, Settings.Aggregate aggregate) {
    Aggregation compiled = compile(selection, aggregate);
    compiled.rows.generate();
    compiled.aggregators.generate();
    return compiled;
  }

  /** Groups, window, computed columns, as a projection over group, window and buffers. */
  private LogicalPlan projection() {
    List<Attribute> window = new ArrayList<>();
    window.add(Plan.attribute("window_start", DataTypes.TimestampType, false));
    window.add(Plan.attribute("window_end", DataTypes.TimestampType, false));
    window.add(Plan.attribute("is_final", DataTypes.BooleanType, false));
    List<Attribute> input = new ArrayList<>(plan.groups());
    input.addAll(window);
    input.addAll(plan.buffers().attributes());
    List<NamedExpression> items = new ArrayList<>(plan.groups());
    if (windowed()) {
      items.add(window.get(0));
      items.add(window.get(1));
    }
    items.addAll(plan.results());
    if (windowed()) {
      items.add(window.get(2));
    }
    LogicalPlan relation = new LocalRelation(Plan.seq(input), Plan.seq(List.of()), false);
    return Plan.withJson(Analysis.resolve(new Project(Plan.seq(items), relation)));
  }

  /** Names and types of results. */
  public StructType schema() {
    return schema;
  }

  /** The columns that identify a result. */
  public List<String> keys() {
    List<String> keys = new ArrayList<>();
    plan.groups().forEach(group -> keys.add(group.name()));
    if (windowed()) {
      keys.add(WINDOW.get(0));
    }
    return keys;
  }

  /** True for results per window. */
  public boolean windowed() {
    return aggregate.window() != null;
  }

  /** What state holds, independent of how columns are named and made. */
  public String signature() {
    List<String> groups = new ArrayList<>();
    plan.groupValues().forEach(value -> groups.add(value.sql() + " " + value.dataType().sql()));
    return "["
        + plan.buffers().signature()
        + "] by "
        + groups
        + (windowed() ? " in " + aggregate.window() : "");
  }

  /** State in a form that depends on no version of Spark. */
  public PortableState portable() {
    StructType groups = new StructType();
    for (Attribute group : plan.groups()) {
      groups = groups.add(new StructField(group.name(), group.dataType(), true, Metadata.empty()));
    }
    return new PortableState(
        groups,
        plan.buffers().schema(),
        plan.buffers().distincts().stream().map(Distinct::schema).toList());
  }

  /**
   * All partial results of one range of one partition.
   *
   * @param mark highest event time of the partition's rows before the range, microseconds
   */
  public Partials reduce(
      Iterator<ConsumerRecord<byte[], byte[]>> records,
      Malformed malformed,
      String topic,
      int partition,
      long mark) {
    return new Partials(
        this, rows.apply(records, malformed), StateKey.mark(topic, partition), mark);
  }

  /** Both values of a key in one; neither is altered. */
  public byte[] merge(StateKey key, byte[] left, byte[] right) {
    if (key.isMark()) {
      return Mark.of(left).merged(Mark.of(right)).bytes();
    }
    Aggregator aggregator = borrow();
    byte[] merged = aggregator.merge(left, right);
    release(aggregator, 0);
    return merged;
  }

  /** True when a window is over at {@code time}, microseconds, lateness included. */
  public boolean closed(StateKey key, long time) {
    return windowed() && !key.isMark() && isOver(key.window(), time);
  }

  boolean isOver(long start, long time) {
    Settings.Window window = aggregate.window();
    return start + 1000 * (window.lengthMillis() + window.latenessMillis()) <= time;
  }

  Settings.Window window() {
    return aggregate.window();
  }

  /** Rows of results, for one task. */
  public Results results() {
    return new Results(this, borrow());
  }

  Aggregator borrow() {
    return aggregators.borrow();
  }

  void release(Aggregator aggregator, long records) {
    aggregators.release(aggregator, aggregator.kind(), records);
  }
}
