package dev.tidemark.job.ledger;

import dev.tidemark.job.kafka.Brokers;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;

/**
 * The ledger of a Kafka sink: the committed offsets of a consumer group that has the job's name.
 * Results and offsets become visible in one transaction of a producer. Taking an epoch takes the
 * place of the group's only member, after which no earlier run can move an offset, and ends the
 * transactions that earlier runs left open.
 */
public final class GroupLedger extends DocumentLedger {
  private static final Duration SETTLING = Duration.ofSeconds(15);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Settings settings;
  private final GroupName name;
  private final Brokers brokers;
  private GroupMember member;
  private LedgerDocument unwritten;

  /**
   * Makes the client; the brokers are asked later.
   *
   * @throws Trouble when the client cannot even be made
   */
  public GroupLedger(Settings settings) {
    this.settings = settings;
    this.name = GroupName.of(settings);
    this.brokers = new Brokers(settings);
  }

  @Override
  public String shown() {
    return "the consumer group " + name.group();
  }

  @Override
  public void connect() {
    brokers.await(brokers.admin().describeCluster().clusterId());
  }

  @Override
  public Optional<KnownJob> known(String owner) {
    // The group has the owner's name, so whatever it knows is that owner's.
    return committed().values().stream()
        .flatMap(offset -> OffsetNote.read(offset.metadata()).stream())
        .max((one, other) -> Long.compare(one.epoch(), other.epoch()))
        .map(note -> new KnownJob(note.job(), note.revision(), note.epoch()));
  }

  @Override
  public Optional<LedgerState> read(String jobId) {
    LedgerDocument document = GroupOffsets.document(jobId, committed());
    return document.epoch() == 0 ? Optional.empty() : Optional.of(document.state());
  }

  /**
   * Where it stands, of some partitions, for a run that has the place. Waits until it is known how
   * transactions ended that move them.
   *
   * @throws Trouble {@code Fenced} when a later epoch has it, {@code LedgerWentBack}, {@code
   *     LedgerSealed}
   */
  public GroupPosition require(String jobId, long epoch, Collection<Partition> partitions) {
    Set<TopicPartition> wanted = new HashSet<>();
    partitions.forEach(partition -> wanted.add(topicPartition(partition)));
    return require(jobId, epoch, settled(wanted));
  }

  /** The same of all partitions. */
  public GroupPosition require(String jobId, long epoch) {
    return require(jobId, epoch, settled());
  }

  private GroupPosition require(
      String jobId, long epoch, Map<TopicPartition, OffsetAndMetadata> offsets) {
    LedgerDocument document = GroupOffsets.document(jobId, offsets);
    if (document.epoch() == 0) {
      throw EpochRule.gone("what " + shown() + " held of job " + jobId, null);
    }
    document.require(epoch, shown());
    return new GroupPosition(document);
  }

  @Override
  public Optional<Position> seal(String jobId, long epoch) {
    if (read(jobId).isEmpty()) {
      return Optional.empty();
    }
    takePlace(jobId);
    change(jobId, document -> document.sealedBy(epoch));
    return GroupOffsets.document(jobId, settled()).position();
  }

  /** From here on no earlier run moves an offset, and none of their transactions is open. */
  @Override
  void takePlace(String jobId) {
    try {
      member = GroupMember.join(settings, name.group());
    } catch (KafkaException e) {
      throw brokers.trouble(e);
    }
    LedgerDocument known = GroupOffsets.document(jobId, committed());
    Set<String> transactions = new HashSet<>(Set.of(name.batches()));
    known.state().until().keySet().forEach(partition -> transactions.add(name.rows(partition)));
    new EarlierTransactions(brokers).end(transactions);
  }

  @Override
  LedgerState change(String jobId, UnaryOperator<LedgerDocument> how) {
    LedgerDocument before = GroupOffsets.document(jobId, settled());
    if (before.epoch() == 0 && unwritten != null) {
      before = unwritten;
    }
    LedgerDocument next = how.apply(before);
    // A job without a partition has no offset to say anything beside.
    unwritten = next.offsets().isEmpty() ? next : null;
    Map<TopicPartition, OffsetAndMetadata> offsets = GroupOffsets.of(next);
    try {
      member().commit(offsets);
    } catch (CommitFailedException | FencedInstanceIdException e) {
      throw new Trouble(
          Reason.BatchFailed,
          "another run has taken the place in " + shown() + " meanwhile; nothing was moved",
          e);
    } catch (KafkaException e) {
      throw brokers.trouble(e);
    }
    forget(before, offsets.keySet());
    return next.state();
  }

  private GroupMember member() {
    if (member == null) {
      throw new IllegalStateException("only who has taken an epoch changes " + shown());
    }
    return member;
  }

  /** What another ledger handed over does not speak of. */
  private void forget(LedgerDocument before, Set<TopicPartition> kept) {
    Set<TopicPartition> left = new HashSet<>();
    before.state().until().keySet().forEach(p -> left.add(topicPartition(p)));
    left.removeAll(kept);
    if (!left.isEmpty()) {
      brokers.await(brokers.admin().deleteConsumerGroupOffsets(name.group(), left).all());
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> committed() {
    return fetch(null, false);
  }

  /** All of them, once no transaction is under way that moves one. */
  private Map<TopicPartition, OffsetAndMetadata> settled() {
    return settled(committed().keySet());
  }

  private Map<TopicPartition, OffsetAndMetadata> settled(Set<TopicPartition> wanted) {
    long end = System.nanoTime() + SETTLING.toNanos();
    while (true) {
      Map<TopicPartition, OffsetAndMetadata> stable = fetch(wanted, true);
      // The client leaves out what is in a transaction, as it does what was never committed.
      if (stable.keySet().containsAll(wanted)
          || stable.keySet().containsAll(intersection(wanted, committed().keySet()))) {
        return stable;
      }
      if (System.nanoTime() > end) {
        throw new Trouble(
            Reason.KafkaUnavailable,
            "a transaction that moves offsets of " + shown() + " does not come to its end");
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  private static Set<TopicPartition> intersection(
      Set<TopicPartition> one, Set<TopicPartition> other) {
    Set<TopicPartition> both = new HashSet<>(one);
    both.retainAll(other);
    return both;
  }

  /** Of some partitions, or of all for null. */
  private Map<TopicPartition, OffsetAndMetadata> fetch(
      Collection<TopicPartition> partitions, boolean stable) {
    ListConsumerGroupOffsetsSpec which =
        new ListConsumerGroupOffsetsSpec().topicPartitions(partitions);
    Map<TopicPartition, OffsetAndMetadata> all =
        new HashMap<>(
            brokers.await(
                brokers
                    .admin()
                    .listConsumerGroupOffsets(
                        Map.of(name.group(), which),
                        new ListConsumerGroupOffsetsOptions().requireStable(stable))
                    .partitionsToOffsetAndMetadata(name.group())));
    all.values().removeIf(Objects::isNull);
    return all;
  }

  private static TopicPartition topicPartition(Partition partition) {
    return new TopicPartition(partition.topic(), partition.number());
  }

  /** Does not give up the place in the group: the run goes on with it. */
  @Override
  public void close() {
    brokers.close();
  }
}
