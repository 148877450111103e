package dev.tidemark.e2e;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes seeded random events to a topic at a steady rate until it is closed. About half of them
 * are important; among them are tombstones, empty values, records without a key, long ones, and
 * text that is awkward to copy into a database.
 */
public final class Feeder implements AutoCloseable {
  /** The header that every event has. */
  static final String HEADER = "length";

  private static final int TICK_MILLIS = 20;
  private static final List<String> AWKWARD =
      List.of(
          "stra\u00dfe \u00fcber \u00e9t\u00e9",
          "\u6f22\u5b57 \u65e5\u672c\u8a9e",
          "\ud83d\ude80 lift-off",
          "tab\there, line\nbreak\r, \\N, back\\slash",
          "\"quoted\", 'single', ;--",
          "IMPORTANT in capitals is another word");

  private final KafkaProducer<String, String> producer;
  private final String topic;
  private final RandomGenerator random;
  private final Values values;
  private final ScheduledExecutorService clock;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  /** Makes the value of an event from its number. */
  @FunctionalInterface
  public interface Values {
    /** The value; null is a tombstone. */
    String of(long number, RandomGenerator random);
  }

  private Feeder(Topic topic, long seed, Values values) {
    this.topic = topic.name();
    this.values = values;
    this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.producer =
        new KafkaProducer<>(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                topic.bootstrap(),
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                true,
                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                300_000,
                ProducerConfig.LINGER_MS_CONFIG,
                10),
            new StringSerializer(),
            new StringSerializer());
    this.clock =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "feeder");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Starts writing. */
  public static Feeder start(Topic topic, long seed, int eventsPerSecond) {
    return start(topic, seed, eventsPerSecond, Feeder::value);
  }

  /** Starts writing values of one's own. */
  public static Feeder start(Topic topic, long seed, int eventsPerSecond, Values values) {
    Feeder feeder = new Feeder(topic, seed, values);
    long begin = System.nanoTime();
    var unused =
        feeder.clock.scheduleAtFixedRate(
            () -> {
              long due = (System.nanoTime() - begin) * eventsPerSecond / 1_000_000_000L;
              while (feeder.sent.get() < due) {
                feeder.write();
              }
            },
            0,
            TICK_MILLIS,
            TimeUnit.MILLISECONDS);
    return feeder;
  }

  /** Writes a fixed number of events and returns when all are acknowledged. */
  public static void write(Topic topic, long seed, int events) {
    write(topic, seed, events, Feeder::value);
  }

  /** Writes a fixed number of events with values of one's own. */
  public static void write(Topic topic, long seed, int events, Values values) {
    try (Feeder feeder = new Feeder(topic, seed, values)) {
      for (int i = 0; i < events; i++) {
        feeder.write();
      }
    }
  }

  /**
   * Writes one event to each of the partitions and returns their offsets once all are acknowledged.
   */
  public static Map<Integer, Long> writeToEach(Topic topic, int partitions, String value) {
    Map<Integer, Long> offsets = new ConcurrentHashMap<>();
    try (Feeder feeder = new Feeder(topic, 0, Feeder::value)) {
      for (int partition = 0; partition < partitions; partition++) {
        feeder.send(
            new ProducerRecord<>(topic.name(), partition, null, value + " " + partition),
            metadata -> offsets.put(metadata.partition(), metadata.offset()));
      }
    }
    return offsets;
  }

  /** Events acknowledged by Kafka so far. */
  public long acknowledged() {
    return acknowledged.get();
  }

  private void write() {
    long number = sent.get();
    String key = random.nextInt(20) == 0 ? null : "k" + random.nextInt(1_000);
    send(new ProducerRecord<>(topic, key, values.of(number, random)), metadata -> {});
  }

  private void send(ProducerRecord<String, String> record, Consumer<RecordMetadata> then) {
    record.headers().add(HEADER, header(record.value()).getBytes(StandardCharsets.UTF_8));
    sent.incrementAndGet();
    var unused =
        producer.send(
            record,
            (metadata, error) -> {
              if (error == null) {
                acknowledged.incrementAndGet();
                then.accept(metadata);
              } else {
                failure.compareAndSet(null, error);
              }
            });
  }

  /** What the header of an event says: how long its value is. */
  static String header(String value) {
    return value == null ? "none" : Integer.toString(value.length());
  }

  /** The value of the n-th event; null is a tombstone. */
  static String value(long number, RandomGenerator random) {
    return switch (random.nextInt(40)) {
      case 0 -> null;
      case 1 -> "";
      case 2 -> "important " + AWKWARD.get(random.nextInt(AWKWARD.size())) + " " + number;
      case 3 -> AWKWARD.get(random.nextInt(AWKWARD.size()));
      case 4 -> "important " + "long ".repeat(random.nextInt(400)) + number;
      case 5, 6, 7 -> "important"; // the same again and again: only counting tells them apart
      default -> (random.nextBoolean() ? "important " : "ordinary ") + "event " + number;
    };
  }

  /** Stops, and waits until Kafka has acknowledged everything. */
  @Override
  public void close() {
    clock.shutdown();
    try {
      if (!clock.awaitTermination(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("The feeder of %s did not stop.".formatted(topic));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      producer.close();
    }
    if (failure.get() != null) {
      throw new IllegalStateException(
          "Kafka refused an event of %s.".formatted(topic), failure.get());
    }
  }
}
