package dev.tidemark.job;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.ledger.GroupMember;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.LogSink;
import dev.tidemark.job.sink.PerEpoch;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.ResultSinks;
import dev.tidemark.job.sink.files.FileSink;
import dev.tidemark.job.sink.postgres.PostgresResultSink;
import dev.tidemark.job.sink.topic.KafkaResultSink;
import dev.tidemark.job.sink.topic.TopicLines;
import org.apache.spark.sql.types.StructType;

/** Sinks of results of whole batches. */
final class JobResultSinks implements ResultSinks {
  private static final long serialVersionUID = 1L;
  private static final PerEpoch<ResultSink> LAST = new PerEpoch<>();

  private static ResultSink made(Settings settings, String jobId, long epoch) {
    Settings.Definition of = settings.definition();
    if (of.aggregate() == null) {
      return beside(settings, jobId, epoch, Pipeline.compile(Selection.of(of)).schema());
    }
    Aggregation aggregation = Aggregation.compile(Selection.of(of), of.aggregate());
    if (of.sink().jdbc() != null) {
      return new PostgresResultSink(
          settings, jobId, epoch, aggregation.schema(), aggregation.keys());
    }
    if (of.sink().kafka() != null) {
      TopicLines lines =
          TopicLines.results(of.sink().kafka(), aggregation.schema(), aggregation.keys());
      return new KafkaResultSink(settings, jobId, epoch, lines, GroupMember.current());
    }
    return beside(settings, jobId, epoch, aggregation.schema());
  }

  /** A sink whose ledger is an object, for rows and results alike. */
  private static ResultSink beside(Settings settings, String jobId, long epoch, StructType schema) {
    return settings.definition().sink().s3() == null
        ? new LogSink(settings, jobId, epoch, schema)
        : new FileSink(settings, jobId, epoch, schema);
  }

  @Override
  public ResultSink of(Settings settings, String jobId, long epoch) {
    return LAST.of(jobId, epoch, () -> made(settings, jobId, epoch));
  }
}
