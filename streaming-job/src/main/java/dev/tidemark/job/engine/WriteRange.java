package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.sink.Written;
import org.apache.spark.api.java.function.Function;

/**
 * The task of one partition's range: reads it and writes its rows and its ledger row in one
 * transaction. It carries the job and the epoch; everything else is the settings file of the pod it
 * runs in.
 */
final class WriteRange implements Function<PartitionRange, Written> {
  private static final long serialVersionUID = 1L;

  private final RowSinks sinks;
  private final MalformedRecords malformed;
  private final String jobId;
  private final long epoch;

  WriteRange(RowSinks sinks, MalformedRecords malformed, String jobId, long epoch) {
    this.sinks = sinks;
    this.malformed = malformed;
    this.jobId = jobId;
    this.epoch = epoch;
  }

  @Override
  public Written call(PartitionRange range) {
    return RangeReading.of(
        range,
        records ->
            sinks.of(Mounted.SETTINGS, jobId, epoch).write(range, records, malformed.here()));
  }
}
