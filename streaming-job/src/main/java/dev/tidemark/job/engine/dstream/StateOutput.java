package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.MalformedRecords;
import dev.tidemark.job.engine.Marks;
import dev.tidemark.job.engine.MergeByKey;
import dev.tidemark.job.engine.Output;
import dev.tidemark.job.engine.PartialsRdd;
import dev.tidemark.job.engine.Result;
import dev.tidemark.job.engine.ResultsTransaction;
import dev.tidemark.job.engine.Run;
import dev.tidemark.job.engine.StateCheckpoints;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;

/**
 * The output of a job that keeps state. It is also where the graph's functions find what they need:
 * they hold nothing themselves.
 */
final class StateOutput implements Output {
  private final SparkContext spark;
  private final ResultsTransaction transaction;
  private final MalformedRecords malformed;
  private final StateCheckpoints checkpoints;
  private final Marks marks;
  private final int partitions;
  private final LongConsumer late;
  private final Map<Long, List<PartitionRange>> generated = new ConcurrentHashMap<>();
  private Changes inHand;
  private Committed last;
  private volatile long begun;

  /** What the batch in hand has changed, and all state after it. */
  private record Changes(JavaRDD<Result> results, RDD<?> state) {}

  /** A batch that was committed: its time, all state after it, and the ledger's offsets. */
  private record Committed(long time, RDD<?> state, Map<Partition, Long> until) {}

  StateOutput(
      SparkContext spark,
      ResultsTransaction transaction,
      MalformedRecords malformed,
      StateCheckpoints checkpoints,
      Marks marks,
      int partitions,
      LongConsumer late) {
    this.late = late;
    this.spark = spark;
    this.transaction = transaction;
    this.malformed = malformed;
    this.checkpoints = checkpoints;
    this.marks = marks;
    this.partitions = partitions;
  }

  /** That of the run that is being made or is running. */
  static StateOutput current() {
    return Run.current().output(StateOutput.class);
  }

  /** The graph's end of a batch. */
  static void batch(long time, JavaRDD<Result> results, RDD<?> state) {
    StateOutput output = current();
    Run.current()
        .batch(
            time,
            () -> {
              output.inHand = new Changes(results, state);
              return output.generated.remove(time);
            });
  }

  Marks marks() {
    return marks;
  }

  /** What the records of a batch add to the state; nothing is read before the batch's turn. */
  JavaPairRDD<StateKey, byte[]> added(long time, List<PartitionRange> ranges) {
    generated.put(time, ranges);
    Supplier<Map<Partition, Long>> before =
        () -> {
          if (time != begun) {
            throw new IllegalStateException(
                "the batch of " + time + " was to be read while that of " + begun + " is in hand");
          }
          return marks.times();
        };
    PartialsRdd partials =
        new PartialsRdd(spark, transaction.computation(), malformed, ranges, before);
    return MergeByKey.of(partials, transaction.computation(), partitions);
  }

  @Override
  public Outcome write(long time, List<PartitionRange> ranges, Map<Partition, Long> committed) {
    marks.begin(time);
    begun = time;
    ResultsTransaction.Done done = transaction.run(time, ranges, inHand.results());
    marks.advance(Marks.among(done.marks(), ranges));
    late.accept(marks.late());
    Map<Partition, Long> until = new HashMap<>(committed);
    ranges.forEach(range -> until.put(range.partition(), range.until()));
    checkpoints.after(time, inHand.results().rdd(), inHand.state(), until, marks.all());
    if (last != null) {
      // Spark would keep it for two checkpoints. What is lost is lost with this batch's anyway.
      last.state().unpersist(false);
    }
    last = new Committed(time, inHand.state(), until);
    return done.outcome();
  }

  @Override
  public void stopped() {
    if (last != null) {
      checkpoints.now(last.time(), last.state(), last.until(), marks.all());
    }
  }
}
