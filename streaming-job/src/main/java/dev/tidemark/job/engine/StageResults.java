package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Results;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.ResultSinks;
import dev.tidemark.job.sink.Staged;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.catalyst.InternalRow;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The task that lays results of a batch beside the table, and tells how far time has come. */
final class StageResults implements FlatMapFunction<Iterator<Result>, StageResults.Report> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(StageResults.class);

  /** What one task did. */
  record Report(Staged staged, Map<StateKey, byte[]> marks) implements Serializable {}

  private final Computation computation;
  private final ResultSinks sinks;
  private final String jobId;
  private final long epoch;
  private final long batch;

  StageResults(Computation computation, ResultSinks sinks, String jobId, long epoch, long batch) {
    this.computation = computation;
    this.sinks = sinks;
    this.jobId = jobId;
    this.epoch = epoch;
    this.batch = batch;
  }

  @Override
  public Iterator<Report> call(Iterator<Result> results) {
    Part part = Part.ofTask();
    Rows rows = new Rows(computation.compiled(), results);
    try {
      Staged staged =
          rows.hasNext()
              ? Pipeline.forManyRows(
                  () -> sinks.of(Mounted.SETTINGS, jobId, epoch).stage(batch, part, rows))
              : new Staged(part.attempt(), 0);
      return List.of(new Report(staged, rows.marks)).iterator();
    } catch (Trouble e) {
      LOG.warn("results of the batch of {}: {}", batch, e.getMessage(), e);
      // A cause may hold what cannot be serialised, and Spark would drop the whole exception.
      throw e.bare();
    }
  }

  /** The results as rows; marks are no results and are put aside. */
  private static final class Rows implements Iterator<InternalRow> {
    private final Aggregation aggregation;
    private final Iterator<Result> source;
    private final Map<StateKey, byte[]> marks = new HashMap<>();
    private Results results;
    private Result next;

    Rows(Aggregation aggregation, Iterator<Result> source) {
      this.aggregation = aggregation;
      this.source = source;
    }

    @Override
    public boolean hasNext() {
      while (next == null && source.hasNext()) {
        Result result = source.next();
        if (result.key().isMark()) {
          marks.put(result.key(), result.state());
        } else {
          next = result;
        }
      }
      if (next == null && results != null) {
        results.close();
        results = null;
      }
      return next != null;
    }

    @Override
    public InternalRow next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      if (results == null) {
        results = aggregation.results();
      }
      Result result = next;
      next = null;
      return results.row(result.key(), result.state(), result.isFinal());
    }
  }
}
