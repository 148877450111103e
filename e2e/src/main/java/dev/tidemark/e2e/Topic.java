package dev.tidemark.e2e;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;

/** A Kafka topic seen from outside: made, dumped, deleted. */
public final class Topic {
  private final String bootstrap;
  private final String name;

  /** A topic that may not exist yet. */
  public Topic(String bootstrap, String name) {
    this.bootstrap = bootstrap;
    this.name = name;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Where Kafka is, seen from this machine. */
  public String bootstrap() {
    return bootstrap;
  }

  @FunctionalInterface
  private interface Request {
    KafkaFuture<?> of(Admin admin);
  }

  /** Asks the broker; an answer of the given kind is as good as none. */
  private void ask(String what, Class<? extends Exception> harmless, Request request) {
    try (Admin admin =
        Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap))) {
      request.of(admin).get();
    } catch (ExecutionException e) {
      if (harmless == null || !harmless.isInstance(e.getCause())) {
        throw new IllegalStateException(
            "Kafka did not %s the topic %s".formatted(what, name), e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted: %s the topic %s".formatted(what, name), e);
    }
  }

  /** Makes it; an existing one is kept. */
  public void create(int partitions) {
    ask("make", TopicExistsException.class, admin -> made(admin, partitions));
  }

  /** Makes it once the one that was deleted is gone. */
  public void createAgain(int partitions) {
    Awaitility.await("the topic " + name + " can be made again")
        .atMost(Duration.ofMinutes(1))
        .ignoreExceptionsMatching(e -> e.getCause() instanceof TopicExistsException)
        .until(
            () -> {
              ask("make", null, admin -> made(admin, partitions));
              return true;
            });
  }

  private KafkaFuture<Void> made(Admin admin, int partitions) {
    return admin.createTopics(Set.of(new NewTopic(name, partitions, (short) 1))).all();
  }

  /** Gives it more partitions. */
  public void grow(int partitions) {
    ask(
        "grow",
        null,
        admin -> admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all());
  }

  /** Sets a property such as {@code cleanup.policy}. */
  public void configure(String property, String value) {
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, name);
    AlterConfigOp set =
        new AlterConfigOp(new ConfigEntry(property, value), AlterConfigOp.OpType.SET);
    ask(
        "configure",
        null,
        admin -> admin.incrementalAlterConfigs(Map.of(topic, Set.of(set))).all());
  }

  /** Deletes all its records of now, as retention does in the end. */
  public void deleteRecordsBeforeTheEnd() {
    try (KafkaConsumer<String, String> consumer = consumer()) {
      Map<Integer, Long> ends = new HashMap<>();
      consumer
          .endOffsets(partitions(consumer))
          .forEach((partition, end) -> ends.put(partition.partition(), end));
      deleteRecordsBefore(ends);
    }
  }

  /** Drops what lies before an offset of each partition, as retention does. */
  public void deleteRecordsBefore(Map<Integer, Long> offsets) {
    Map<TopicPartition, RecordsToDelete> before = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            before.put(new TopicPartition(name, partition), RecordsToDelete.beforeOffset(offset)));
    ask("delete records of", null, admin -> admin.deleteRecords(before).all());
  }

  /** Deletes it, if it exists. */
  public void delete() {
    ask(
        "delete",
        UnknownTopicOrPartitionException.class,
        admin -> admin.deleteTopics(Set.of(name)).all());
  }

  /** Every committed record from the beginning to the end as it is now. */
  public List<Event> dump() {
    return records().stream()
        .map(r -> new Event(r.partition(), r.offset(), r.key(), r.value()))
        .toList();
  }

  /** How many records of now lie in each window of Kafka's time, by the window's beginning. */
  public Map<Instant, Long> counts(Duration window) {
    long length = window.toMillis();
    Map<Instant, Long> counts = new TreeMap<>();
    records()
        .forEach(
            r ->
                counts.merge(Instant.ofEpochMilli(r.timestamp() / length * length), 1L, Long::sum));
    return counts;
  }

  private List<ConsumerRecord<String, String>> records() {
    try (KafkaConsumer<String, String> consumer = consumer()) {
      List<TopicPartition> partitions = partitions(consumer);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      List<ConsumerRecord<String, String>> records = new ArrayList<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
          if (record.offset() < ends.get(new TopicPartition(name, record.partition()))) {
            records.add(record);
          }
        }
      }
      return records;
    }
  }

  private List<TopicPartition> partitions(KafkaConsumer<String, String> consumer) {
    return consumer.partitionsFor(name).stream()
        .map(p -> new TopicPartition(name, p.partition()))
        .toList();
  }

  private KafkaConsumer<String, String> consumer() {
    return new KafkaConsumer<>(
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            bootstrap,
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed",
            ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
            false,
            ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
            10_000),
        new StringDeserializer(),
        new StringDeserializer());
  }
}
