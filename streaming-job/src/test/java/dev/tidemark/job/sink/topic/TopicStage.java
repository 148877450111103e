package dev.tidemark.job.sink.topic;

import static dev.tidemark.job.sink.EventRecords.P0;
import static dev.tidemark.job.sink.EventRecords.range;
import static dev.tidemark.job.sink.EventRecords.records;

import dev.tidemark.job.expression.Malformed;
import dev.tidemark.job.ledger.GroupLedger;
import dev.tidemark.job.ledger.GroupMember;
import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.real.Needed;
import dev.tidemark.job.real.RealKafka;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import dev.tidemark.job.sink.Written;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** A job that writes to a topic of a real broker: a topic to read with two partitions, and runs. */
final class TopicStage {
  static final Partition P1 = new Partition("events", 1);
  private static final AtomicInteger JOBS = new AtomicInteger();

  final String broker;
  final Settings settings;
  final String job;
  final String topic;

  private TopicStage(String broker, String name, String format) throws IOException {
    this.broker = broker;
    this.job = name;
    this.topic = name + "-results";
    this.settings =
        SettingsFile.parse(
            Files.readString(Path.of("../contract/settings/topic.json"))
                .replace("kafka:9092", broker)
                .replace("\"important-topic\"", "\"" + name + "\"")
                .replace("\"important-events\"", "\"" + topic + "\"")
                .replace("\"Json\"", "\"" + format + "\"")
                .replace("value LIKE '%important%'", "value <> 'left out'"));
  }

  /** Skips the test, loudly, where there is no broker. */
  static TopicStage of(String format) {
    String broker =
        Needed.here(
            RealKafka.broker(),
            "a sink against a real Kafka",
            "$TIDEMARK_HOME/context/kafka-* (make images)");
    try {
      TopicStage stage = new TopicStage(broker, "job" + JOBS.incrementAndGet(), format);
      stage.create("events", 2);
      stage.create(stage.topic, 1);
      return stage;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void create(String name, int partitions) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
      if (!admin.listTopics().names().get().contains(name)) {
        admin.createTopics(Set.of(new NewTopic(name, partitions, (short) 1))).all().get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  static LedgerIdentity identity() {
    return new LedgerIdentity("cluster", Map.of("events", "id"));
  }

  /** A run that has taken an epoch, with its sink. */
  record Begun(GroupMember.Proof place, KafkaRowSink sink, LedgerState ledger) {}

  Begun run(long epoch) {
    try (GroupLedger ledger = new GroupLedger(settings)) {
      ledger.takeEpoch(job, epoch, 1);
      LedgerState state = ledger.open(job, epoch, identity(), Map.of(P0, 0L, P1, 0L));
      GroupMember.Proof place = GroupMember.current();
      return new Begun(place, new KafkaRowSink(settings, job, epoch, place), state);
    }
  }

  static Written write(KafkaRowSink sink, long from, long until) {
    return sink.write(range(from, until), records(from, until), Malformed.STOPS);
  }

  Map<Partition, Long> ledger() {
    try (GroupLedger ledger = new GroupLedger(settings)) {
      return ledger.read(job).orElseThrow().until();
    }
  }

  /** What a reader of committed records sees now; it waits for none that may come. */
  List<ConsumerRecord<String, String>> committed() {
    TopicPartition results = new TopicPartition(topic, 0);
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(results));
      consumer.seekToBeginning(List.of(results));
      long end = consumer.endOffsets(List.of(results)).get(results);
      List<ConsumerRecord<String, String>> all = new ArrayList<>();
      while (consumer.position(results) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(all::add);
      }
      return all;
    }
  }

  List<String> values() {
    return committed().stream().map(ConsumerRecord::value).toList();
  }
}
