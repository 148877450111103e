package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The partial results of some offset ranges, one RDD partition per range. Ranges and the
 * partitions' marks before them are asked for when the job is submitted, when earlier batches are
 * done, and then stay: computed again for want of a lost block, the partition gives the same again.
 */
public final class PartialsRdd extends RDD<Tuple2<StateKey, byte[]>> {
  private static final long serialVersionUID = 1L;
  private static final ClassTag<Tuple2<StateKey, byte[]>> TAG =
      ClassTag$.MODULE$.apply(Tuple2.class);

  private final Computation computation;
  private final MalformedRecords malformed;
  private final transient List<PartitionRange> ranges;
  private final transient Supplier<Map<Partition, Long>> marks;

  /**
   * Nothing is read yet.
   *
   * @param marks highest event time of each partition's rows before its range, microseconds; absent
   *     before its first row
   */
  public PartialsRdd(
      SparkContext spark,
      Computation computation,
      MalformedRecords malformed,
      List<PartitionRange> ranges,
      Supplier<Map<Partition, Long>> marks) {
    super(spark, JavaConverters.asScalaBuffer(List.<org.apache.spark.Dependency<?>>of()), TAG);
    this.computation = computation;
    this.malformed = malformed;
    this.ranges = ranges.stream().filter(r -> r.until() > r.from()).toList();
    this.marks = marks;
  }

  private record Split(int index, PartitionRange range, long mark)
      implements org.apache.spark.Partition {
    private static final long serialVersionUID = 1L;

    // Spark's interface compares by these in Scala code; a record's own do the same.
    @Override
    public boolean equals(Object other) {
      return other instanceof Split split && split.index == index && split.range.equals(range);
    }

    @Override
    public int hashCode() {
      return index;
    }
  }

  @Override
  public org.apache.spark.Partition[] getPartitions() {
    Map<Partition, Long> now = marks.get();
    org.apache.spark.Partition[] splits = new org.apache.spark.Partition[ranges.size()];
    for (int i = 0; i < splits.length; i++) {
      PartitionRange range = ranges.get(i);
      splits[i] = new Split(i, range, now.getOrDefault(range.partition(), Long.MIN_VALUE));
    }
    return splits;
  }

  @Override
  public scala.collection.Iterator<Tuple2<StateKey, byte[]>> compute(
      org.apache.spark.Partition partition, TaskContext task) {
    Split split = (Split) partition;
    PartitionRange range = split.range();
    Aggregation aggregation = computation.compiled();
    return JavaConverters.asScalaIterator(
        Reading.of(
            range,
            task,
            records ->
                aggregation.reduce(
                    records,
                    malformed.here(),
                    range.partition().topic(),
                    range.partition().number(),
                    split.mark())));
  }
}
