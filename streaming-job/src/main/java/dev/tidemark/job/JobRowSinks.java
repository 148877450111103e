package dev.tidemark.job;

import dev.tidemark.job.ledger.GroupMember;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.PerEpoch;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.sink.postgres.PostgresRowSink;
import dev.tidemark.job.sink.topic.KafkaRowSink;

/** Sinks of rows. */
final class JobRowSinks implements RowSinks {
  private static final long serialVersionUID = 1L;
  private static final PerEpoch<RowSink> LAST = new PerEpoch<>();

  private final GroupMember.Proof place;

  /**
   * For the tasks of a run.
   *
   * @param place of the driver in the group that is the ledger; null where it is something else
   */
  JobRowSinks(GroupMember.Proof place) {
    this.place = place;
  }

  @Override
  public RowSink of(Settings settings, String jobId, long epoch) {
    return LAST.of(
        jobId,
        epoch,
        () ->
            settings.definition().sink().kafka() == null
                ? new PostgresRowSink(settings, jobId, epoch)
                : new KafkaRowSink(settings, jobId, epoch, place));
  }
}
