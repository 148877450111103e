package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.sink.PartitionRange;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.sink.Written;
import dev.tidemark.job.source.PartitionReader;
import dev.tidemark.job.source.Readers;
import org.apache.spark.api.java.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The task of one partition's range: reads it and writes its rows and its ledger row in one
 * transaction. It carries the job and the epoch; everything else is the settings file of the pod it
 * runs in.
 */
final class WriteRange implements Function<PartitionRange, Written> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(WriteRange.class);

  private final RowSinks sinks;
  private final String jobId;
  private final long epoch;

  WriteRange(RowSinks sinks, String jobId, long epoch) {
    this.sinks = sinks;
    this.jobId = jobId;
    this.epoch = epoch;
  }

  @Override
  public Written call(PartitionRange range) {
    Partition partition = range.partition();
    PartitionReader reader = Readers.acquire(Mounted.SETTINGS, partition);
    try {
      RowSink sink = sinks.of(Mounted.SETTINGS, jobId, epoch);
      Written written = sink.write(range, reader.read(range));
      Readers.release(partition, reader);
      return written;
    } catch (Trouble e) {
      reader.close();
      LOG.warn("{} [{}, {}): {}", partition, range.from(), range.until(), e.getMessage(), e);
      // Only reason and sentence travel to the driver: a cause may hold what cannot be serialised,
      // and then Spark would
      // drop the whole exception.
      throw e.bare();
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }
}
