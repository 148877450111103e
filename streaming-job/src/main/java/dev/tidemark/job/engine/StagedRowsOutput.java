package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.ledger.Claim;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.ResultSinks;
import dev.tidemark.job.sink.Staged;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;

/**
 * Rows of a job without an aggregate, for a sink that has no transaction per partition: tasks stage
 * them, the driver commits the batch.
 */
final class StagedRowsOutput implements Output {
  private final JavaSparkContext spark;
  private final ResultSinks sinks;
  private final ResultSink sink;
  private final MalformedRecords malformed;
  private final String jobId;
  private final long epoch;

  StagedRowsOutput(
      JavaSparkContext spark,
      ResultSinks sinks,
      ResultSink sink,
      MalformedRecords malformed,
      String jobId,
      long epoch) {
    this.spark = spark;
    this.malformed = malformed;
    this.sinks = sinks;
    this.sink = sink;
    this.jobId = jobId;
    this.epoch = epoch;
  }

  @Override
  public Outcome write(long time, List<PartitionRange> ranges, Map<Partition, Long> committed) {
    List<PartitionRange> todo = Output.notCommitted(ranges, committed);
    return Claiming.write(sink, time, todo, this::write);
  }

  private Outcome write(Claim claim) {
    List<PartitionRange> read = claim.ranges().stream().filter(r -> r.until() > r.from()).toList();
    List<Staged> staged =
        spark
            .parallelize(read, read.size())
            .map(new StageRange(sinks, malformed, jobId, epoch, claim.number()))
            .collect();
    boolean moved = sink.commit(claim.number(), staged, claim.ranges());
    return new Outcome(
        read.stream().mapToLong(r -> r.until() - r.from()).sum(),
        staged.stream().mapToLong(Staged::rows).sum(),
        moved);
  }

  /** The task of one partition's range. */
  private static final class StageRange implements Function<PartitionRange, Staged> {
    private static final long serialVersionUID = 1L;

    private final ResultSinks sinks;
    private final MalformedRecords malformed;
    private final String jobId;
    private final long epoch;
    private final long batch;

    StageRange(
        ResultSinks sinks, MalformedRecords malformed, String jobId, long epoch, long batch) {
      this.sinks = sinks;
      this.malformed = malformed;
      this.jobId = jobId;
      this.epoch = epoch;
      this.batch = batch;
    }

    @Override
    public Staged call(PartitionRange range) {
      Settings.Definition of = Mounted.SETTINGS.definition();
      return RangeReading.of(
          range,
          records ->
              sinks
                  .of(Mounted.SETTINGS, jobId, epoch)
                  .stage(
                      batch,
                      Part.ofTask(),
                      Pipeline.compile(Selection.of(of)).apply(records, malformed.here())));
    }
  }
}
