package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.streaming.kafka010.HasOffsetRanges;

/** What of each partition belongs to a batch of a DStream. */
public final class Ranges {
  private Ranges() {}

  /** Those of a batch of {@link Contexts#source}. */
  public static List<PartitionRange> of(JavaRDD<ConsumerRecord<byte[], byte[]>> batch) {
    return Arrays.stream(((HasOffsetRanges) batch.rdd()).offsetRanges())
        .map(
            range ->
                new PartitionRange(
                    new Partition(range.topic(), range.partition()),
                    range.fromOffset(),
                    range.untilOffset()))
        .toList();
  }
}
