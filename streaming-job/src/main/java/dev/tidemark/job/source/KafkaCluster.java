package dev.tidemark.job.source;

import dev.tidemark.job.kafka.Brokers;
import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Asks the brokers what they hold; reads only. */
public final class KafkaCluster implements AutoCloseable {
  private final Settings settings;
  private final Brokers brokers;

  /**
   * Makes the client; brokers are asked later.
   *
   * @throws Trouble when the client cannot even be made
   */
  public KafkaCluster(Settings settings) {
    this.settings = settings;
    this.brokers = new Brokers(settings);
  }

  /**
   * Identity and offsets of all topics of the job.
   *
   * @throws Trouble {@code KafkaUnavailable}, {@code KafkaAccessDenied}, {@code TopicNotFound}
   */
  public KafkaView look() {
    Admin admin = brokers.admin();
    try {
      KafkaFuture<String> clusterId = admin.describeCluster().clusterId();
      Map<String, TopicDescription> topics =
          brokers.await(admin.describeTopics(names()).allTopicNames());
      Map<String, String> ids = new HashMap<>();
      Map<TopicPartition, OffsetSpec> first = new HashMap<>();
      Map<TopicPartition, OffsetSpec> last = new HashMap<>();
      topics.forEach(
          (name, topic) -> {
            ids.put(name, topic.topicId().toString());
            topic
                .partitions()
                .forEach(
                    partition -> {
                      first.put(
                          new TopicPartition(name, partition.partition()), OffsetSpec.earliest());
                      last.put(
                          new TopicPartition(name, partition.partition()), OffsetSpec.latest());
                    });
          });
      ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
      ListOffsetsResult earliest = admin.listOffsets(first, committed);
      ListOffsetsResult latest = admin.listOffsets(last, committed);
      return new KafkaView(
          new LedgerIdentity(brokers.await(clusterId), ids),
          offsets(brokers.await(earliest.all())),
          offsets(brokers.await(latest.all())));
    } catch (KafkaException e) {
      throw brokers.trouble(e);
    }
  }

  private Collection<String> names() {
    Settings.Source source = settings.definition().source();
    if (source.topicPattern() == null) {
      return source.topics();
    }
    Predicate<String> wanted = Pattern.compile(source.topicPattern()).asMatchPredicate();
    Set<String> all = brokers.await(brokers.admin().listTopics().names());
    List<String> matching = all.stream().filter(wanted).toList();
    if (matching.isEmpty()) {
      throw new Trouble(
          Reason.TopicNotFound,
          "no topic at %s matches source.topicPattern '%s' with its whole name, of %d that this job may see; create one, or mend the pattern"
              .formatted(brokers.addresses(), source.topicPattern(), all.size()));
    }
    return matching;
  }

  private static Map<Partition, Long> offsets(
      Map<TopicPartition, ListOffsetsResult.ListOffsetsResultInfo> found) {
    Map<Partition, Long> offsets = new HashMap<>();
    found.forEach(
        (tp, info) -> offsets.put(new Partition(tp.topic(), tp.partition()), info.offset()));
    return offsets;
  }

  @Override
  public void close() {
    brokers.close();
  }
}
