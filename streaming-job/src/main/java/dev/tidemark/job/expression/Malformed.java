package dev.tidemark.job.expression;

import dev.tidemark.job.outcome.Trouble;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What becomes of records on which filter or select fails; for the records of one range. */
public interface Malformed {
  /** The job stops, and says at which record. */
  Malformed STOPS =
      (record, why) -> {
        throw why;
      };

  /**
   * Met one. Returns when what the expression failed on is to be left out: the record, or, of an
   * explode, its element.
   *
   * @throws Trouble {@code why}, when the job is to stop
   */
  void met(ConsumerRecord<byte[], byte[]> record, Trouble why);

  /**
   * All records of the range are read, none of their rows is committed yet.
   *
   * @throws Trouble when those met cannot be put away
   */
  default void end() {}
}
