package dev.tidemark.job.sink.topic;

import dev.tidemark.job.expression.CompiledPipeline;
import dev.tidemark.job.expression.Malformed;
import dev.tidemark.job.expression.Pipeline;
import dev.tidemark.job.expression.Rows;
import dev.tidemark.job.expression.Selection;
import dev.tidemark.job.ledger.GroupLedger;
import dev.tidemark.job.ledger.GroupMember;
import dev.tidemark.job.ledger.GroupName;
import dev.tidemark.job.ledger.GroupPosition;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.OffsetGap;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.FromLedger;
import dev.tidemark.job.sink.RowSink;
import dev.tidemark.job.sink.Written;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Rows into a topic, in the transaction that moves the offset of their partition. Made once per JVM
 * and epoch.
 */
public final class KafkaRowSink implements RowSink, AutoCloseable {
  private final Settings settings;
  private final CompiledPipeline pipeline;
  private final TopicLines lines;
  private final GroupMember.Proof place;
  private final String jobId;
  private final long epoch;
  private final GroupName name;
  private final GroupLedger ledger;
  private final Map<Partition, TopicTransaction> transactions = new ConcurrentHashMap<>();

  /** Where the ledger stands after the transactions of this sink that came last. */
  private final Map<Partition, GroupPosition> positions = new ConcurrentHashMap<>();

  /**
   * Compiles the expressions; the brokers are asked later.
   *
   * @param place of the driver in the group
   * @throws Trouble {@code InvalidFilter} or {@code InvalidSelect}
   */
  public KafkaRowSink(Settings settings, String jobId, long epoch, GroupMember.Proof place) {
    this.settings = settings;
    this.pipeline = Pipeline.compile(Selection.of(settings.definition()));
    this.lines = TopicLines.rows(settings.definition().sink().kafka(), pipeline.schema());
    this.place = place;
    this.jobId = jobId;
    this.epoch = epoch;
    this.name = GroupName.of(settings);
    this.ledger = new GroupLedger(settings);
  }

  @Override
  public void prepare() {
    ledger.connect();
  }

  @Override
  public Written write(
      PartitionRange range, Iterator<ConsumerRecord<byte[], byte[]>> records, Malformed malformed) {
    if (range.from() >= range.until()) {
      return new Written(0, 0, true);
    }
    Partition partition = range.partition();
    TopicTransaction transaction = transactions.computeIfAbsent(partition, this::transaction);
    // Whoever moved the ledger since has begun a transaction under this id, and then this one
    // fails.
    if (!transaction.begin()) {
      positions.remove(partition);
    }
    GroupPosition at = positions.get(partition);
    if (at == null) {
      at = ledger.require(jobId, epoch, List.of(partition));
    }
    long until = at.until().get(partition);
    if (range.until() <= until) {
      return new Written(0, 0, true);
    }
    if (range.from() > until) {
      throw OffsetGap.of(range, until);
    }
    Rows rows = pipeline.apply(new FromLedger(records, range, until), malformed);
    GroupPosition next = at.moved(Map.of(partition, range.until()));
    long count = transaction.run(lines.all(rows), next.offsets());
    positions.put(partition, next);
    return new Written(rows.records(), count, false);
  }

  /** A producer of this JVM has then been fenced by the other's, for a good reason. */
  @Override
  public void takeOver(Partition partition) {
    TopicTransaction mine = transactions.get(partition);
    if (mine != null) {
      mine.close();
    }
  }

  private TopicTransaction transaction(Partition partition) {
    return new TopicTransaction(
        settings,
        name.rows(partition),
        place,
        () -> ledger.require(jobId, epoch, List.of(partition)));
  }

  @Override
  public void close() {
    transactions.values().forEach(TopicTransaction::close);
    ledger.close();
  }
}
