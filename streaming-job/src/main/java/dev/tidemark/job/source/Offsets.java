package dev.tidemark.job.source;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Where the driver learns how far each partition goes. */
public interface Offsets {
  /** Makes the client ahead of time, while other parts of a start are still waiting. */
  void prepare();

  /** A consumer of all partitions, standing at the given offsets, else where the ledger says. */
  Consumer<byte[], byte[]> startFrom(Map<TopicPartition, Long> current);

  /** End offsets as of the last batch generated. */
  Map<Partition, Long> latest();

  /** The first offsets that the topic still held when it was last asked, a minute ago at most. */
  Map<Partition, Long> earliest();

  /** It was asked again. */
  void held(Map<Partition, Long> earliest);
}
