package dev.tidemark.job.engine.program;

import dev.tidemark.job.ledger.PartitionRange;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.Dependency;
import org.apache.spark.OneToOneDependency;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.dstream.DStream;
import scala.collection.JavaConverters;

/** Which records an RDD of a program was made of. */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this is for
final class Lineage {
  private static final Set<String> WINDOWS = Set.of("WindowedDStream", "ReducedWindowedDStream");

  private Lineage() {}

  /**
   * Of an RDD whose partitions are made of one topic partition each.
   *
   * @return the ranges in the order of its partitions
   * @throws IllegalArgumentException when they are not
   */
  static List<PartitionRange> partitionwise(RDD<?> rdd) {
    RDD<?> now = rdd;
    while (!(now instanceof RecordsRdd)) {
      List<Dependency<?>> parents = dependencies(now);
      if (parents.size() != 1 || !(parents.get(0) instanceof OneToOneDependency<?>)) {
        throw new IllegalArgumentException(
            "Tidemark.eachPartition: "
                + now
                + " mixes partitions of the topic, so none of them can be committed by itself; use"
                + " Tidemark.eachBatch");
      }
      now = parents.get(0).rdd();
    }
    return ((RecordsRdd) now).ranges();
  }

  /**
   * Of any RDD made of one batch of the stream.
   *
   * @throws IllegalArgumentException when it was made of none, or of several
   */
  static List<PartitionRange> batch(RDD<?> rdd) {
    Set<RecordsRdd> sources = new HashSet<>();
    Set<Integer> seen = new HashSet<>();
    Deque<RDD<?>> left = new ArrayDeque<>(List.of(rdd));
    while (!left.isEmpty()) {
      RDD<?> now = left.pop();
      if (now instanceof RecordsRdd records) {
        sources.add(records);
      } else if (seen.add(now.id())) {
        dependencies(now).forEach(parent -> left.push(parent.rdd()));
      }
    }
    if (sources.size() != 1) {
      throw new IllegalArgumentException(
          "an output of Tidemark needs an RDD that was made of one batch of Tidemark.stream; "
              + rdd
              + " was made of "
              + sources.size());
    }
    return sources.iterator().next().ranges();
  }

  private static List<Dependency<?>> dependencies(RDD<?> rdd) {
    return JavaConverters.seqAsJavaList(rdd.dependencies());
  }

  /** True when some stream of the program remembers earlier batches. */
  static boolean remembers(StreamingContext context) {
    Set<DStream<?>> seen = new HashSet<>();
    Deque<DStream<?>> left = new ArrayDeque<>(List.of(context.graph().getOutputStreams()));
    while (!left.isEmpty()) {
      DStream<?> now = left.pop();
      if (now.mustCheckpoint() || WINDOWS.contains(now.getClass().getSimpleName())) {
        return true;
      }
      if (seen.add(now)) {
        JavaConverters.seqAsJavaList(now.dependencies()).forEach(left::push);
      }
    }
    return false;
  }
}
