package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.source.PartitionReader;
import dev.tidemark.job.source.Readers;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a task does with the records of a range before it returns. */
final class RangeReading {
  private static final Logger LOG = LoggerFactory.getLogger(RangeReading.class);

  private RangeReading() {}

  /** Keeps the partition's reader for the next batch after a success, closes it after a failure. */
  static <T> T of(
      PartitionRange range, Function<Iterator<ConsumerRecord<byte[], byte[]>>, T> work) {
    Partition partition = range.partition();
    PartitionReader reader = Readers.acquire(Mounted.SETTINGS, partition);
    try {
      T done = Pipeline.forManyRows(() -> work.apply(reader.read(range)));
      Readers.release(partition, reader);
      return done;
    } catch (Trouble e) {
      reader.close();
      LOG.warn("{} [{}, {}): {}", partition, range.from(), range.until(), e.getMessage(), e);
      // Only reason and sentence travel to the driver: a cause may hold what cannot be serialised,
      // and then Spark would drop the whole exception.
      throw e.bare();
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }
}
