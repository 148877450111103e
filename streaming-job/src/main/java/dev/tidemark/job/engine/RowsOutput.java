package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.sink.Written;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** Rows of a job without an aggregate: one transaction per partition, where its task runs. */
public final class RowsOutput implements Output {
  private final JavaSparkContext spark;
  private final RowSinks sinks;
  private final MalformedRecords malformed;
  private final String jobId;
  private final long epoch;

  public RowsOutput(
      JavaSparkContext spark,
      RowSinks sinks,
      MalformedRecords malformed,
      String jobId,
      long epoch) {
    this.spark = spark;
    this.malformed = malformed;
    this.sinks = sinks;
    this.jobId = jobId;
    this.epoch = epoch;
  }

  @Override
  public Outcome write(long time, List<PartitionRange> ranges, Map<Partition, Long> committed) {
    List<PartitionRange> todo =
        ranges.stream()
            .filter(r -> r.until() > Math.max(r.from(), committed.getOrDefault(r.partition(), -1L)))
            .toList();
    if (todo.isEmpty()) {
      return Outcome.NOTHING;
    }
    List<Written> written =
        spark
            .parallelize(todo, todo.size())
            .map(new WriteRange(sinks, malformed, jobId, epoch))
            .collect();
    return new Outcome(
        written.stream().mapToLong(Written::records).sum(),
        written.stream().mapToLong(Written::rows).sum(),
        true);
  }
}
