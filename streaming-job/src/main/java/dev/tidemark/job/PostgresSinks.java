package dev.tidemark.job;

import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.PostgresRowSink;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.RowSinks;

/**
 * PostgreSQL sinks, one per job and epoch in a JVM: of an earlier epoch none is ever needed again.
 */
final class PostgresSinks implements RowSinks {
  private static final long serialVersionUID = 1L;

  private static final class Last {
    private static String jobId = "";
    private static long epoch;
    private static PostgresRowSink sink;

    static synchronized PostgresRowSink of(Settings settings, String ofJob, long ofEpoch) {
      if (sink == null || !jobId.equals(ofJob) || epoch != ofEpoch) {
        sink = new PostgresRowSink(settings, ofJob, ofEpoch);
        jobId = ofJob;
        epoch = ofEpoch;
      }
      return sink;
    }
  }

  @Override
  public RowSink of(Settings settings, String jobId, long epoch) {
    return Last.of(settings, jobId, epoch);
  }
}
