package dev.tidemark.job.engine;

import dev.tidemark.job.engine.Output.Outcome;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.ResultSinks;
import dev.tidemark.job.sink.Staged;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaRDD;

/**
 * A batch behind a shuffle: tasks lay its results beside the table, then the driver makes all of
 * them visible together with the ledger's new offsets.
 */
public final class ResultsTransaction {
  private final Computation computation;
  private final ResultSinks sinks;
  private final ResultSink sink;
  private final String jobId;
  private final long epoch;

  ResultsTransaction(Settings settings, ResultSinks sinks, String jobId, long epoch) {
    this.computation = Computation.of(settings.definition());
    this.sinks = sinks;
    this.sink = sinks.of(settings, jobId, epoch);
    this.jobId = jobId;
    this.epoch = epoch;
  }

  /** What a batch did, and the marks its tasks found. */
  public record Done(Outcome outcome, Map<StateKey, byte[]> marks) {}

  public Computation computation() {
    return computation;
  }

  /** Once, before the first batch. */
  void open() {
    sink.open();
  }

  /**
   * A batch whose results need nothing but its records, as the sink claims it.
   *
   * @param results those of ranges
   */
  Outcome claimed(
      long time,
      List<PartitionRange> ranges,
      Function<List<PartitionRange>, JavaRDD<Result>> results) {
    return Claiming.write(
        sink,
        time,
        ranges,
        claim -> run(claim.number(), claim.ranges(), results.apply(claim.ranges())).outcome());
  }

  /**
   * A batch.
   *
   * @param batch under which the sink knows it
   */
  public Done run(long batch, List<PartitionRange> ranges, JavaRDD<Result> results) {
    // Not collect(): that would write a state checkpoint, if one is due, before it returns.
    List<StageResults.Report> reports =
        await(
            results
                .mapPartitions(new StageResults(computation, sinks, jobId, epoch, batch))
                .collectAsync());
    List<Staged> staged =
        reports.stream().map(StageResults.Report::staged).filter(s -> s.rows() > 0).toList();
    long records = ranges.stream().mapToLong(r -> r.until() - r.from()).sum();
    long rows = staged.stream().mapToLong(Staged::rows).sum();
    boolean moved = records + rows > 0 && sink.commit(batch, staged, ranges);
    Map<StateKey, byte[]> marks = new HashMap<>();
    reports.forEach(report -> marks.putAll(report.marks()));
    return new Done(new Outcome(records, rows, moved), marks);
  }

  private static <T> T await(JavaFutureAction<T> job) {
    try {
      return job.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the tasks of a batch failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble(Reason.Stopped, "stopped while a batch was being computed", e);
    }
  }
}
