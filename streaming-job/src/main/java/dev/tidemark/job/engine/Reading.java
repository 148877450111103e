package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.source.PartitionReader;
import dev.tidemark.job.source.Readers;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The reading of a range by whoever asks for one element after the other: the partition's reader is
 * kept for the next batch after the last one, and closed when the task ended before.
 */
public final class Reading {
  private final Partition partition;
  private PartitionReader reader;

  private Reading(Partition partition) {
    this.partition = partition;
    this.reader = Readers.acquire(Mounted.SETTINGS, partition);
  }

  /** The records of a range. */
  public static Iterator<ConsumerRecord<byte[], byte[]>> records(
      PartitionRange range, TaskContext task) {
    return of(range, task, records -> records);
  }

  /** What is made of the records of a range. */
  static <T> Iterator<T> of(
      PartitionRange range,
      TaskContext task,
      Function<Iterator<ConsumerRecord<byte[], byte[]>>, Iterator<T>> made) {
    Reading reading = new Reading(range.partition());
    task.addTaskCompletionListener((TaskCompletionListener) done -> reading.end());
    return reading.over(made.apply(reading.reader.read(range)));
  }

  private <T> Iterator<T> over(Iterator<T> elements) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        try {
          if (elements.hasNext()) {
            return true;
          }
        } catch (Trouble e) {
          // A cause may hold what cannot be serialised, and Spark would drop the whole exception.
          throw e.bare();
        }
        if (reader != null) {
          Readers.release(partition, reader);
          reader = null;
        }
        return false;
      }

      @Override
      public T next() {
        return elements.next();
      }
    };
  }

  private void end() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
