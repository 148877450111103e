package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Run;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.streaming.kafka010.PerPartitionConfig;

/**
 * The rate of the run's settings: in the checkpointed graph is only the question, never a number.
 */
final class RateOfRun extends PerPartitionConfig {
  private static final long serialVersionUID = 1L;

  @Override
  public long maxRatePerPartition(TopicPartition partition) {
    return Run.current().settings().runtime().source().maxRatePerPartition();
  }
}
