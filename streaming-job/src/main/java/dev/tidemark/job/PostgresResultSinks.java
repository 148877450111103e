package dev.tidemark.job;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.PostgresResultSink;
import dev.tidemark.job.sink.ResultSink;
import dev.tidemark.job.sink.ResultSinks;

/**
 * PostgreSQL sinks of results, one per job and epoch in a JVM: of an earlier epoch none is ever
 * needed again.
 */
final class PostgresResultSinks implements ResultSinks {
  private static final long serialVersionUID = 1L;

  private static final class Last {
    private static String jobId = "";
    private static long epoch;
    private static PostgresResultSink sink;

    static synchronized PostgresResultSink of(Settings settings, String ofJob, long ofEpoch) {
      if (sink == null || !jobId.equals(ofJob) || epoch != ofEpoch) {
        Settings.Definition of = settings.definition();
        Aggregation aggregation = Aggregation.compile(of.filter(), of.select(), of.aggregate());
        sink =
            new PostgresResultSink(
                settings, ofJob, ofEpoch, aggregation.schema(), aggregation.keys());
        jobId = ofJob;
        epoch = ofEpoch;
      }
      return sink;
    }
  }

  @Override
  public ResultSink of(Settings settings, String jobId, long epoch) {
    return Last.of(settings, jobId, epoch);
  }
}
