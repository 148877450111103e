package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Topics as they are in the field: they are made anew, grow, and have gaps. */
@ExtendWith(Stage.class)
class KafkaScenario {

  @Test
  void theTopicWasDeletedAndMadeAgain(Scene scene) {
    Job job = Play.suspendedWithRecordsAhead(scene);
    long rows = scene.table().count();
    scene.topic().delete();
    scene.topic().createAgain(Scene.PARTITIONS);
    Feeder.write(scene.topic(), 3, 5_000);
    job.resume();
    Job.Condition stalled = job.awaitCondition("Stalled", "True", Play.RECOVER, "TopicRecreated");
    assertThat(stalled.message()).contains(scene.topic().name());
    assertThat(scene.table().count()).as("nothing was written").isEqualTo(rows);
  }

  /** A pattern that matches nothing yet, then a topic, then one more beside it. */
  @Test
  void topicsThatMatchAPattern(Scene scene) {
    Job job =
        scene.apply(
            scene
                .manifest(Mode.LOCAL)
                .set(
                    "source",
                    Map.of(
                        "bootstrapServers", Infra.KAFKA, "topicPattern", scene.id() + "-(eu|us)")));
    Job.Condition none = job.awaitCondition("Stalled", "True", Play.START, "TopicNotFound");
    assertThat(none.message()).contains(scene.id() + "-(eu|us)");

    for (String region : List.of("eu", "us")) {
      Topic topic = scene.addTopic(region);
      String rows = "lower(value) LIKE 'important in %s %%'".formatted(region);
      Feeder.write(topic, 1, 300, (number, random) -> "important in " + region + " " + number);
      Awaitility.await("rows of " + topic.name())
          .atMost(Play.RECOVER)
          .until(() -> scene.table().count(rows) >= 300);
      assertThat(scene.table().count(rows)).isEqualTo(300);
    }
    job.awaitReady(Play.RECOVER);
  }

  @Test
  void partitionsAreAddedWhileItRuns(Scene scene) {
    Feeder feeder = scene.feed(Play.RATE);
    Job job = Play.started(scene, Mode.LOCAL);
    scene.topic().grow(Scene.PARTITIONS + 3);
    // producers learn of new partitions some minutes later; these go there at once
    Map<Integer, Long> first =
        Feeder.writeToEach(scene.topic(), Scene.PARTITIONS + 3, "important in each");
    first.forEach((partition, offset) -> scene.awaitRow(partition, offset, Play.RECOVER));
    Play.strikeAndRecoverFromCheckpoint(scene, job, () -> scene.faults().killJvm(job.driver()));
    Feeder.writeToEach(scene.topic(), Scene.PARTITIONS + 3, "important once more in each");
    Play.endsExact(scene, feeder);
  }

  /** Aborted records and the markers of transactions are offsets without a record. */
  @Test
  @Tag("gate")
  void transactionsSomeOfWhichAreAborted(Scene scene) {
    Job job = Play.startedIdle(scene, Mode.LOCAL);
    transactions(scene, 60);
    Play.strikeAndRecoverFromCheckpoint(
        scene,
        job,
        () -> {
          var killed = scene.faults().killJvm(job.driver());
          transactions(scene, 60);
          return killed;
        });
    Play.assertExact(scene, scene.settle(Play.RECOVER, Rule.importantWithPlace()));
  }

  /** Records of nearly a megabyte, in one partition of four. */
  @Test
  void largeRecordsAndEmptyPartitions(Scene scene) {
    Job job = Play.startedIdle(scene, Mode.LOCAL);
    Random random = new Random(scene.id().hashCode());
    try (KafkaProducer<String, String> producer = producer(scene, Map.of())) {
      for (int i = 0; i < 60; i++) {
        String value =
            "important and long "
                + i
                + " "
                + Long.toString(random.nextLong(), 36).repeat(100).repeat(1 + random.nextInt(650));
        var unused =
            producer.send(
                new ProducerRecord<>(
                    scene.topic().name(),
                    2,
                    null,
                    value.substring(0, Math.min(value.length(), 900_000))));
      }
    }
    scene.awaitMoreRows(Play.RECOVER);
    Play.strikeAndRecoverFromCheckpoint(
        scene,
        job,
        () -> {
          var killed = scene.faults().killJvm(job.driver());
          Feeder.writeToEach(scene.topic(), 1, "important after");
          return killed;
        });
    Play.assertExact(scene, scene.settle(Play.RECOVER, Rule.importantWithPlace()));
  }

  /** Compaction takes records away between others that were read. */
  @Test
  void aCompactedTopic(Scene scene) {
    scene.topic().configure("cleanup.policy", "compact");
    scene.topic().configure("segment.ms", "1000");
    scene.topic().configure("min.cleanable.dirty.ratio", "0.01");
    keyed(scene, 3_000);
    Job job = scene.apply(scene.manifest(Mode.LOCAL));
    job.awaitReady(Play.START);
    Play.strikeAndRecoverFromCheckpoint(
        scene,
        job,
        () -> {
          var killed = scene.faults().killJvm(job.driver());
          keyed(scene, 3_000);
          return killed;
        });
    keyed(scene, 300).forEach((p, offset) -> scene.awaitRow(p, offset, Play.RECOVER));
    // what the topic still has must be there; what was compacted away may be there, but once
    assertThat(Judge.compare(scene.topic().dump(), Rule.importantWithPlace(), remaining(scene)))
        .matches(Verdict::exact);
    assertThat(scene.table().ask(DOUBLED)).as("rows written twice").containsExactly("0");
  }

  /**
   * Writes records of fifty keys, of which compaction keeps the last; returns the last offsets of
   * important ones.
   */
  private static Map<Integer, Long> keyed(Scene scene, int records) {
    Map<Integer, Long> last = new ConcurrentHashMap<>();
    try (KafkaProducer<String, String> producer = producer(scene, Map.of())) {
      for (int i = 0; i < records; i++) {
        var unused =
            producer.send(
                new ProducerRecord<>(scene.topic().name(), "k" + i % 50, "important " + i),
                (metadata, error) ->
                    last.merge(metadata.partition(), metadata.offset(), Math::max));
      }
    }
    return last;
  }

  private static final String DOUBLED =
      """
      SELECT count(*)::text FROM (SELECT 1 FROM important_events
        GROUP BY kafka_partition, kafka_offset HAVING count(*) > 1) twice""";

  /** Rows of records that the topic still has. */
  private static List<List<String>> remaining(Scene scene) {
    var there =
        scene.topic().dump().stream()
            .map(event -> event.partition() + "/" + event.offset())
            .collect(Collectors.toSet());
    return scene.table().rows("value", "kafka_partition", "kafka_offset").stream()
        .filter(row -> there.contains(row.get(1) + "/" + row.get(2)))
        .toList();
  }

  /** Every third transaction is aborted, after its records have reached the broker. */
  private static void transactions(Scene scene, int count) {
    try (KafkaProducer<String, String> producer =
        producer(scene, Map.of("transactional.id", scene.id()))) {
      producer.initTransactions();
      for (int i = 0; i < count; i++) {
        producer.beginTransaction();
        for (int record = 0; record < 20; record++) {
          var unused =
              producer.send(
                  new ProducerRecord<>(
                      scene.topic().name(),
                      record % Scene.PARTITIONS,
                      null,
                      (record % 3 == 0 ? "ordinary " : "important ") + i + "." + record));
        }
        if (i % 3 == 1) {
          producer.flush();
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
  }

  private static KafkaProducer<String, String> producer(Scene scene, Map<String, Object> more) {
    Map<String, Object> properties =
        new HashMap<>(Map.of("bootstrap.servers", scene.topic().bootstrap(), "acks", "all"));
    properties.putAll(more);
    return new KafkaProducer<>(properties, new StringSerializer(), new StringSerializer());
  }
}
