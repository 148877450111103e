package dev.tidemark.job.engine.program;

import dev.tidemark.job.engine.Reading;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** The records of some offset ranges, one RDD partition per range, empty ones included. */
final class RecordsRdd extends RDD<ConsumerRecord<byte[], byte[]>> {
  private static final long serialVersionUID = 1L;
  static final ClassTag<ConsumerRecord<byte[], byte[]>> TAG =
      ClassTag$.MODULE$.apply(ConsumerRecord.class);

  private final transient List<PartitionRange> ranges;

  RecordsRdd(SparkContext spark, List<PartitionRange> ranges) {
    super(spark, JavaConverters.asScalaBuffer(List.<org.apache.spark.Dependency<?>>of()), TAG);
    this.ranges = List.copyOf(ranges);
  }

  List<PartitionRange> ranges() {
    return ranges;
  }

  private record Split(int index, PartitionRange range) implements Partition {
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
  public Partition[] getPartitions() {
    Partition[] splits = new Partition[ranges.size()];
    for (int i = 0; i < splits.length; i++) {
      splits[i] = new Split(i, ranges.get(i));
    }
    return splits;
  }

  @Override
  public scala.collection.Iterator<ConsumerRecord<byte[], byte[]>> compute(
      Partition partition, TaskContext task) {
    PartitionRange range = ((Split) partition).range();
    return range.from() >= range.until()
        ? JavaConverters.asScalaIterator(List.<ConsumerRecord<byte[], byte[]>>of().iterator())
        : JavaConverters.asScalaIterator(Reading.records(range, task));
  }
}
