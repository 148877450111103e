package dev.tidemark.job.expression;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.catalyst.expressions.JoinedRow;
import org.apache.spark.sql.catalyst.expressions.MutableProjection;
import org.apache.spark.sql.catalyst.expressions.MutableProjection$;
import org.apache.spark.sql.catalyst.expressions.SpecificInternalRow;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection;
import org.apache.spark.sql.catalyst.expressions.UnsafeProjection$;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.types.DataType;
import scala.collection.JavaConverters;
import scala.collection.Seq;

/** The executable parts of an aggregate, for one thread at a time. */
final class Aggregator {
  private final CodeKind kind;
  private final DataType[] types;
  private final Seq<DataType> row;
  private final int plain;
  private final List<Values> distinct = new ArrayList<>();
  private final UnsafeProjection group;
  private final UnsafeProjection time;
  private final InternalRow initial;
  private final MutableProjection update;
  private final MutableProjection merge;
  private final UnsafeProjection state;
  private final List<UnsafeProjection> result = new ArrayList<>();
  private final JoinedRow joined = new JoinedRow();
  private final InternalRow merged;
  private final UnsafeRow left;
  private final UnsafeRow right;
  private final UnsafeRow key;

  Aggregator(CodeKind kind, AggregatePlan plan, LogicalPlan results) {
    this.kind = kind;
    Buffers buffers = plan.buffers();
    types = buffers.attributes().stream().map(Attribute::dataType).toArray(DataType[]::new);
    row = JavaConverters.asScalaBuffer(List.of(types)).toIndexedSeq();
    Seq<Attribute> rows = plan.rows().output();
    group = projection(plan.groupValues(), rows);
    time = plan.time() == null ? null : projection(List.of(plan.time()), rows);
    plain = buffers.plain().size();
    for (Distinct each : buffers.distincts()) {
      UnsafeProjection filter =
          each.filter() == null ? null : projection(List.of(each.filter()), rows);
      distinct.add(new Values(projection(each.values(), rows), filter));
    }
    MutableProjection first = mutable(buffers.initial(), Plan.seq(List.of()));
    GenericInternalRow values = new GenericInternalRow(plain);
    first.target(values).apply(InternalRow.empty());
    initial = values;
    update =
        mutable(buffers.update(), joined(buffers.attributes(), JavaConverters.seqAsJavaList(rows)));
    merge = mutable(buffers.merge(), joined(buffers.attributes(), buffers.others()));
    state = projection(List.copyOf(buffers.attributes()), Plan.seq(buffers.attributes()));
    for (LogicalPlan stage : Stages.of(results)) {
      List<Expression> items = new ArrayList<>();
      JavaConverters.asJavaIterable(((Project) stage).projectList())
          .forEach(item -> items.add((Expression) item));
      result.add(projection(items, stage.children().head().output()));
    }
    merged = new SpecificInternalRow(row);
    left = new UnsafeRow(types.length);
    right = new UnsafeRow(types.length);
    key = new UnsafeRow(plan.groups().size());
  }

  private static Seq<Attribute> joined(List<Attribute> first, List<Attribute> second) {
    List<Attribute> all = new ArrayList<>(first);
    all.addAll(second);
    return Plan.seq(all);
  }

  private UnsafeProjection projection(
      List<? extends Expression> expressions, Seq<Attribute> input) {
    Seq<Expression> bound = Binding.of(expressions, input);
    UnsafeProjection made =
        kind.choose(
            () -> UnsafeProjection$.MODULE$.createCodeGeneratedObject(bound),
            () -> UnsafeProjection$.MODULE$.createInterpretedObject(bound));
    made.initialize(0);
    return made;
  }

  private MutableProjection mutable(List<Expression> expressions, Seq<Attribute> input) {
    Seq<Expression> bound = Binding.of(expressions, input);
    MutableProjection made =
        kind.choose(
            () -> MutableProjection$.MODULE$.createCodeGeneratedObject(bound),
            () -> MutableProjection$.MODULE$.createInterpretedObject(bound));
    made.initialize(0);
    return made;
  }

  /** What of a row a {@code count(DISTINCT ...)} counts. */
  private record Values(UnsafeProjection values, UnsafeProjection filter) {

    /** Bytes of the value; null when the row does not count. */
    byte[] of(InternalRow row) {
      if (filter != null) {
        UnsafeRow passes = filter.apply(row);
        if (passes.isNullAt(0) || !passes.getBoolean(0)) {
          return null;
        }
      }
      UnsafeRow value = values.apply(row);
      return value.anyNull() ? null : value.copy().getBytes();
    }
  }

  CodeKind kind() {
    return kind;
  }

  /** The row of the group's values; valid until the next. */
  UnsafeRow group(InternalRow row) {
    return group.apply(row);
  }

  /** The row's time in microseconds, null when it has none. */
  Long time(InternalRow row) {
    UnsafeRow value = time.apply(row);
    return value.isNullAt(0) ? null : value.getLong(0);
  }

  /** Buffers before any row. */
  InternalRow buffers() {
    SpecificInternalRow buffers = new SpecificInternalRow(row);
    for (int i = 0; i < plain; i++) {
      if (initial.isNullAt(i)) {
        buffers.setNullAt(i);
      } else {
        buffers.update(i, initial.get(i, types[i]));
      }
    }
    for (int i = plain; i < types.length; i++) {
      buffers.update(i, new DistinctSet());
    }
    return buffers;
  }

  /** How many columns buffers have. */
  int width() {
    return types.length;
  }

  /** Buffers before any row as state holds them, where each has a fixed width; null otherwise. */
  byte[] fixedBuffers() {
    boolean fixed = Arrays.stream(types).allMatch(UnsafeRow::isFixedLength);
    return fixed ? bytes(buffers()) : null;
  }

  /** Counts a row in. */
  void update(InternalRow buffers, InternalRow row) {
    update.target(buffers).apply(joined.apply(buffers, row));
    for (int i = 0; i < distinct.size(); i++) {
      byte[] value = distinct.get(i).of(row);
      if (value != null) {
        ((DistinctSet) buffers.get(plain + i, types[plain + i])).add(value);
      }
    }
  }

  /** Buffers as state holds them. */
  byte[] bytes(InternalRow buffers) {
    for (int i = plain; i < types.length; i++) {
      if (buffers.get(i, types[i]) instanceof DistinctSet set) {
        buffers.update(i, set.bytes());
      }
    }
    return state.apply(buffers).copy().getBytes();
  }

  byte[] merge(byte[] one, byte[] other) {
    left.pointTo(one, one.length);
    right.pointTo(other, other.length);
    merge.target(merged).apply(joined.apply(left, right));
    for (int i = plain; i < types.length; i++) {
      merged.update(i, DistinctSet.union(left.getBinary(i), right.getBinary(i)));
    }
    return bytes(merged);
  }

  /** The columns of a result; valid until the next. */
  InternalRow result(StateKey of, byte[] value, long lengthMicros, boolean isFinal) {
    key.pointTo(of.group(), of.group().length);
    left.pointTo(value, value.length);
    long end = of.window() == StateKey.NO_WINDOW ? 0 : of.window() + lengthMicros;
    InternalRow window = new GenericInternalRow(new Object[] {of.window(), end, isFinal});
    InternalRow row = new JoinedRow(new JoinedRow(key, window), left);
    for (UnsafeProjection step : result) {
      row = step.apply(row);
    }
    return row;
  }
}
