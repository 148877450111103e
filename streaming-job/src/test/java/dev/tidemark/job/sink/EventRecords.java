package dev.tidemark.job.sink;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of one partition whose value says their offset. */
public final class EventRecords {
  public static final Partition P0 = new Partition("events", 0);

  private EventRecords() {}

  public static PartitionRange range(long from, long until) {
    return new PartitionRange(P0, from, until);
  }

  public static ConsumerRecord<byte[], byte[]> record(long offset, String value) {
    return new ConsumerRecord<>(
        "events", 0, offset, null, value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  public static Iterator<ConsumerRecord<byte[], byte[]>> records(long from, long until) {
    return records(from, until, offset -> "v" + offset, offset -> {});
  }

  /** Records made as they are asked for, with something that happens before each. */
  public static Iterator<ConsumerRecord<byte[], byte[]>> records(
      long from, long until, LongFunction<String> value, LongConsumer before) {
    return LongStream.range(from, until)
        .mapToObj(
            offset -> {
              before.accept(offset);
              return record(offset, value.apply(offset));
            })
        .iterator();
  }
}
