package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.dstream.Ranges;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.source.Offsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.streaming.MicroBatchStream;
import org.apache.spark.sql.connector.read.streaming.Offset;
import org.apache.spark.sql.connector.read.streaming.ReadLimit;
import org.apache.spark.sql.connector.read.streaming.SupportsAdmissionControl;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * The topics of a job as a stream of offset ranges: Spark decides on a batch and logs it, one row
 * says what of a partition belongs to it, and tasks read the records as those of the other engine
 * do. Brokers and credentials are the run's: nothing of them is in the checkpoint.
 */
final class TopicStream implements MicroBatchStream, SupportsAdmissionControl {
  private final Offsets offsets;
  private final Map<Partition, Long> ledger;
  private final long mostPerBatch;
  private final Watch watch;
  private Consumer<byte[], byte[]> consumer;
  private List<PartitionRange> planned = List.of();

  /** What the run wants to know of a look at the topics, and has to say to it. */
  interface Watch {
    /** True when a batch is due though there are no records. */
    boolean due();

    /** There is nothing to do. */
    void quiet();
  }

  /**
   * For one run.
   *
   * @param ledger where a partition begins that no batch has read, which are all the partitions
   * @param mostPerBatch records per partition
   */
  TopicStream(Offsets offsets, Map<Partition, Long> ledger, long mostPerBatch, Watch watch) {
    this.offsets = offsets;
    this.ledger = Map.copyOf(ledger);
    this.mostPerBatch = mostPerBatch;
    this.watch = watch;
  }

  /** The ranges of the batch in hand, one per partition, empty ones too. */
  public List<PartitionRange> planned() {
    return planned;
  }

  @Override
  public Offset initialOffset() {
    return new TopicOffset(ledger, 0);
  }

  @Override
  public Offset deserializeOffset(String json) {
    return TopicOffset.of(json);
  }

  @Override
  public Offset latestOffset() {
    throw new UnsupportedOperationException("a batch has a limit");
  }

  @Override
  public Offset latestOffset(Offset start, ReadLimit limit) {
    TopicOffset from = (TopicOffset) start;
    Map<Partition, Long> until = new HashMap<>();
    boolean moved = false;
    for (Map.Entry<Partition, Long> end : ends().entrySet()) {
      Partition partition = end.getKey();
      long begin = begin(from, partition);
      long most = Math.max(begin, Math.min(end.getValue(), begin + mostPerBatch));
      moved |= most > begin;
      until.put(partition, most);
    }
    if (moved) {
      return new TopicOffset(until, from.round());
    }
    if (watch.due()) {
      return new TopicOffset(until, from.round() + 1);
    }
    watch.quiet();
    return start;
  }

  private long begin(TopicOffset from, Partition partition) {
    Long at = from.until().get(partition);
    return at == null ? ledger.get(partition) : at;
  }

  private Map<Partition, Long> ends() {
    if (consumer == null) {
      consumer = offsets.startFrom(Map.of());
    }
    Set<TopicPartition> all = consumer.assignment();
    consumer.seekToEnd(all);
    Map<Partition, Long> ends = new HashMap<>();
    for (TopicPartition partition : all) {
      ends.put(
          new Partition(partition.topic(), partition.partition()), consumer.position(partition));
    }
    return ends;
  }

  @Override
  public InputPartition[] planInputPartitions(Offset start, Offset end) {
    TopicOffset from = (TopicOffset) start;
    Map<Partition, Long> until = ((TopicOffset) end).until();
    planned =
        until.keySet().stream()
            .sorted(Comparator.comparing(Partition::topic).thenComparing(Partition::number))
            .map(p -> new PartitionRange(p, begin(from, p), until.get(p)))
            .toList();
    return planned.stream().map(Ranges::new).toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return partition -> new OneRow(((Ranges) partition).range());
  }

  @Override
  public void commit(Offset end) {
    // the ledger has it
  }

  @Override
  public void stop() {
    if (consumer != null) {
      consumer.close(java.time.Duration.ZERO);
      consumer = null;
    }
  }

  private record Ranges(PartitionRange range) implements InputPartition {
    private static final long serialVersionUID = 1L;
  }

  /** The row of a range. */
  private static final class OneRow implements PartitionReader<InternalRow> {
    private final PartitionRange range;
    private boolean read;

    OneRow(PartitionRange range) {
      this.range = range;
    }

    @Override
    public boolean next() {
      boolean first = !read;
      read = true;
      return first;
    }

    @Override
    public InternalRow get() {
      return new GenericInternalRow(
          new Object[] {
            UTF8String.fromString(range.partition().topic()),
            range.partition().number(),
            range.from(),
            range.until()
          });
    }

    @Override
    public void close() {
      // nothing was opened
    }
  }
}
