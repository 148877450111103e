package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
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
    return transaction.claimed(time, todo, this::results);
  }

  private JavaRDD<Result> results(List<PartitionRange> ranges) {
    PartialsRdd partials =
        new PartialsRdd(spark.sc(), transaction.computation(), malformed, ranges, Map::of);
    return MergeByKey.of(partials, transaction.computation(), partitions)
        .mapPartitions(new Result.OfChanges());
  }
}
