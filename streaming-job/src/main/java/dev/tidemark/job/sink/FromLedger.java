package dev.tidemark.job.sink;

import dev.tidemark.job.ledger.PartitionRange;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The records at or after the ledger; what lies outside the range must not be there at all. */
public final class FromLedger implements Iterator<ConsumerRecord<byte[], byte[]>> {
  private final Iterator<ConsumerRecord<byte[], byte[]>> records;
  private final PartitionRange range;
  private final long first;
  private ConsumerRecord<byte[], byte[]> next;

  public FromLedger(
      Iterator<ConsumerRecord<byte[], byte[]>> records, PartitionRange range, long first) {
    this.records = records;
    this.range = range;
    this.first = first;
  }

  @Override
  public boolean hasNext() {
    while (next == null && records.hasNext()) {
      ConsumerRecord<byte[], byte[]> record = records.next();
      boolean outside = record.offset() < range.from() || record.offset() >= range.until();
      if (outside || record.partition() != range.partition().number()) {
        throw new IllegalStateException(
            "the record at offset "
                + record.offset()
                + " does not belong to the range of "
                + range.partition());
      }
      next = record.offset() < first ? null : record;
    }
    return next != null;
  }

  @Override
  public ConsumerRecord<byte[], byte[]> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    ConsumerRecord<byte[], byte[]> record = next;
    next = null;
    return record;
  }
}
