package dev.tidemark.job.source;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.settings.Settings;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.apache.kafka.common.TopicPartition;

/** Idle readers of this JVM, one per partition, so that a batch needs no new connection. */
public final class Readers {
  private static final Map<Partition, PartitionReader> IDLE = new ConcurrentHashMap<>();

  /** How a reader is made; tests have topics of their own. */
  static volatile BiFunction<Settings, TopicPartition, PartitionReader> maker =
      PartitionReader::new;

  private Readers() {}

  /**
   * A reader nobody else has; give it back with {@link #release} after a success, close it after a
   * failure.
   */
  public static PartitionReader acquire(Settings settings, Partition partition) {
    PartitionReader idle = IDLE.remove(partition);
    return idle != null
        ? idle
        : maker.apply(settings, new TopicPartition(partition.topic(), partition.number()));
  }

  /** Connects a reader and begins to fetch, so that a first batch need not. */
  public static void prepare(Settings settings, Partition partition, long from) {
    PartitionReader reader = acquire(settings, partition);
    try {
      reader.begin(from);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
    release(partition, reader);
  }

  /** Keeps a reader for the next batch. */
  public static void release(Partition partition, PartitionReader reader) {
    PartitionReader other = IDLE.put(partition, reader);
    if (other != null) {
      other.close();
    }
  }

  /** Forgets all idle readers: the next batch connects with today's parameters. */
  public static void clear() {
    IDLE.keySet()
        .forEach(
            partition -> {
              PartitionReader reader = IDLE.remove(partition);
              if (reader != null) {
                reader.close();
              }
            });
  }
}
