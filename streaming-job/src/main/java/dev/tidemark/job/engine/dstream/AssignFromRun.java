package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Run;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.streaming.kafka010.ConsumerStrategy;

/**
 * Assigns all partitions of the job, from where the checkpoint or else the ledger says. Everything
 * about brokers comes from the run: nothing of it is in the checkpointed graph.
 */
final class AssignFromRun extends ConsumerStrategy<byte[], byte[]> implements Serializable {
  private static final long serialVersionUID = 1L;

  /**
   * Never used to read: tasks make their clients from their own settings. Spark only checks that
   * these are here.
   */
  @Override
  public Map<String, Object> executorKafkaParams() {
    Map<String, Object> p = new HashMap<>();
    p.put(ConsumerConfig.GROUP_ID_CONFIG, "tidemark");
    p.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "of-the-run:9092");
    p.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    p.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    p.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, 65536);
    return p;
  }

  @Override
  public Consumer<byte[], byte[]> onStart(Map<TopicPartition, Long> currentOffsets) {
    return Run.current().offsets().startFrom(currentOffsets);
  }
}
