package dev.tidemark.job;

import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.PostgresRowSink;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.RowSinks;

/** PostgreSQL sinks of rows. */
final class PostgresSinks implements RowSinks {
  private static final long serialVersionUID = 1L;
  private static final PerEpoch<RowSink> LAST = new PerEpoch<>();

  @Override
  public RowSink of(Settings settings, String jobId, long epoch) {
    return LAST.of(jobId, epoch, () -> new PostgresRowSink(settings, jobId, epoch));
  }
}
