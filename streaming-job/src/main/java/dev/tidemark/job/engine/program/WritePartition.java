package dev.tidemark.job.engine.program;

import dev.tidemark.job.engine.Mounted;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.sink.Written;
import dev.tidemark.job.sink.postgres.ProgramSink;
import dev.tidemark.program.PartitionWork;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.Function2;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The task that lets a program write what became of one partition's range. */
final class WritePartition<T> implements Function2<Integer, Iterator<T>, Iterator<Written>> {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(WritePartition.class);

  private final List<PartitionRange> ranges;
  private final String jobId;
  private final long epoch;
  private final PartitionWork<T> work;

  WritePartition(List<PartitionRange> ranges, String jobId, long epoch, PartitionWork<T> work) {
    this.ranges = ranges;
    this.jobId = jobId;
    this.epoch = epoch;
    this.work = work;
  }

  @Override
  public Iterator<Written> call(Integer index, Iterator<T> records) {
    PartitionRange range = ranges.get(index);
    ProgramSink sink = ProgramSink.of(Mounted.SETTINGS.definition().sink().jdbc(), jobId, epoch);
    try {
      Written written =
          sink.partition(
              range,
              connection -> {
                Counted<T> counted = new Counted<>(records);
                work.write(counted, connection);
                return counted.count;
              });
      return List.of(written).iterator();
    } catch (Trouble e) {
      LOG.warn("{}: {}", range, e.getMessage(), e);
      // A cause may hold what cannot be serialised, and Spark would drop the whole exception.
      throw e.bare();
    }
  }

  private static final class Counted<T> implements Iterator<T> {
    private final Iterator<T> records;
    private long count;

    Counted(Iterator<T> records) {
      this.records = records;
    }

    @Override
    public boolean hasNext() {
      return records.hasNext();
    }

    @Override
    public T next() {
      T next = records.next();
      count++;
      return next;
    }
  }
}
