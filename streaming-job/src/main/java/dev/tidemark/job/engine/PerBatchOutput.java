package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.sink.PartitionRange;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Results that count one batch each: nothing is kept, so what is run again starts from nothing. */
final class PerBatchOutput implements Output {
  private final JavaSparkContext spark;
  private final ResultsTransaction transaction;
  private final MalformedRecords malformed;
  private final int partitions;

  PerBatchOutput(
      JavaSparkContext spark,
      ResultsTransaction transaction,
      MalformedRecords malformed,
      int partitions) {
    this.malformed = malformed;
    this.spark = spark;
    this.transaction = transaction;
    this.partitions = partitions;
  }

  @Override
  public Outcome write(long time, List<PartitionRange> ranges, Map<Partition, Long> committed) {
    List<PartitionRange> todo = Output.notCommitted(ranges, committed);
    if (todo.stream().allMatch(range -> range.from() == range.until())) {
      return Outcome.NOTHING;
    }
    PartialsRdd partials =
        new PartialsRdd(spark.sc(), transaction.computation(), malformed, todo, Map::of);
    JavaRDD<Result> results =
        MergeByKey.of(partials, transaction.computation(), partitions)
            .mapPartitions(new Result.OfChanges());
    return transaction.run(time, todo, results).outcome();
  }
}
