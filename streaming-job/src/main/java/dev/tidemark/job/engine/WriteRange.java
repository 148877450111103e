package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.RowSinks;
import dev.tidemark.job.sink.Written;
import java.io.Serializable;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.scheduler.ExecutorCacheTaskLocation;

/**
 * The task of one partition's range: reads it and writes its rows and its ledger row in one
 * transaction. It carries the job and the epoch; everything else is the settings file of the pod it
 * runs in.
 */
final class WriteRange implements Function<WriteRange.Work, WriteRange.Done> {
  private static final long serialVersionUID = 1L;

  private final RowSinks sinks;
  private final MalformedRecords malformed;
  private final String jobId;
  private final long epoch;

  /**
   * What is to be written.
   *
   * @param last where the partition's range before this one was written; empty when that is not
   *     known
   */
  record Work(PartitionRange range, String last) implements Serializable {}

  /**
   * What was written.
   *
   * @param where as {@link Work#last}: an executor, as Spark's preferred locations name it
   */
  record Done(PartitionRange range, Written written, String where) implements Serializable {}

  WriteRange(RowSinks sinks, MalformedRecords malformed, String jobId, long epoch) {
    this.sinks = sinks;
    this.malformed = malformed;
    this.jobId = jobId;
    this.epoch = epoch;
  }

  @Override
  public Done call(Work work) {
    PartitionRange range = work.range();
    String here = here();
    Written written =
        RangeReading.of(
            range,
            records -> {
              RowSink sink = sinks.of(Mounted.SETTINGS, jobId, epoch);
              if (!here.equals(work.last()) || TaskContext.get().attemptNumber() > 0) {
                sink.takeOver(range.partition());
              }
              return sink.write(range, records, malformed.here());
            });
    return new Done(range, written, here);
  }

  private static String here() {
    SparkEnv env = SparkEnv.get();
    return new ExecutorCacheTaskLocation(
            env.blockManager().blockManagerId().host(), env.executorId())
        .toString();
  }
}
