package dev.tidemark.e2e.local;

import dev.tidemark.e2e.Event;
import dev.tidemark.e2e.Topic;
import dev.tidemark.e2e.serial.Program;
import dev.tidemark.e2e.serial.Programs;
import dev.tidemark.e2e.serial.Records;
import dev.tidemark.e2e.serial.Serial;
import dev.tidemark.e2e.serial.Snapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * One seeded run: a topic, a program, some faults at some places of the topic. Whenever it is
 * looked at, results and ledger together must be a serial run up to the ledger.
 */
final class Run implements AutoCloseable {
  private static final long BEGINNING = 1_700_000_000_000L;

  /** What is waited for comes in seconds; a machine that has much else to do may take longer. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Servers servers;
  private final Processes processes;
  private final Path image;
  private final Path directory;
  private final String options;
  private final String name;
  private final Engine only;
  private final Random random;
  private final SplittableRandom engines;
  private final List<Event> topic;
  private final Set<Event> skipped = new HashSet<>();
  private final List<Serial.Chapter> chapters = new ArrayList<>();
  private final int partitions;
  private final int rate;
  private final List<Fault> faults = new ArrayList<>();
  private final List<String> wrong = new ArrayList<>();
  private final Ledger ledger;
  private final Backups backups;
  private Engine engine;
  private Driver driver;
  private int written;
  private Map<Integer, Long> dropped = Map.of();
  private int attempt;
  private int looks;

  /**
   * All of it follows from the seed.
   *
   * @param always a fault that is among those of the run; null: as it comes
   * @param only the engine; null: as it comes, and maybe another one when the definition changes
   */
  Run(
      Servers servers,
      Processes processes,
      Path image,
      Path directory,
      String options,
      long seed,
      Fault always,
      Engine only) {
    this.only = only;
    this.servers = servers;
    this.processes = processes;
    this.image = image;
    this.directory = directory;
    this.options = options;
    this.name = "soak_" + Long.toString(seed).replace('-', 'n');
    this.ledger = new Ledger(servers, name);
    this.backups = new Backups(servers, processes, directory);
    this.random = new Random(seed);
    this.engines =
        new SplittableRandom(seed); // of its own: what else follows from a seed stays as it was
    this.engine = anyEngine();
    this.partitions = 1 + random.nextInt(3);
    this.rate = 300 + random.nextInt(900);
    int records = partitions * rate * (4 + random.nextInt(5));
    this.topic = topic(random, partitions, records);
    this.chapters.add(new Serial.Chapter(Programs.any(random), Map.of()));
    List<Fault> all = List.of(Fault.values());
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      faults.add(all.get(random.nextInt(all.size())));
    }
    if (always != null) {
      faults.set(random.nextInt(faults.size()), always);
    }
  }

  private Engine anyEngine() {
    return only != null
        ? only
        : engines.nextBoolean() ? Engine.DStream : Engine.StructuredStreaming;
  }

  private static List<Event> topic(Random random, int partitions, int records) {
    Records values = new Records(1 + random.nextInt(300));
    List<Event> topic = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      String value = values.next(random, BEGINNING + i * 5L);
      topic.add(new Event(i % partitions, i / partitions, null, value));
    }
    return topic;
  }

  /** What it is, in a line. */
  String title() {
    Program program = chapters.get(0).program();
    return "%s, %d records in %d partitions; %s by %s%s%s%s; %s"
        .formatted(
            engine,
            topic.size(),
            partitions,
            program.compute(),
            program.groupBy(),
            program.perBatch() ? " per batch" : "",
            program.windows() == null ? "" : " in " + program.windows(),
            program.filter() == null ? "" : " where " + program.filter(),
            faults);
  }

  /** How often results and ledger were compared on the way. */
  int looks() {
    return looks;
  }

  /** Runs it; returns what was wrong, a sentence each. */
  List<String> play() throws Exception {
    new Topic(servers.kafka(), name).create(partitions);
    servers.admin("CREATE DATABASE " + name);
    write(topic.subList(0, topic.size() / 2));
    start();
    for (int i = 0; i < faults.size() && wrong.isEmpty() && !hasRefused(); i++) {
      if (i == 1 || faults.size() == 1) {
        write(topic.subList(topic.size() / 2, topic.size()));
      }
      awaitCommitted(topic.size() * 0.5 * (0.1 + 0.8 * random.nextDouble()) * (i == 0 ? 1 : 1.9));
      Thread.sleep(random.nextInt(400)); // anywhere in a batch
      strike(faults.get(i));
    }
    settle();
    return wrong;
  }

  /** What is in force now. */
  private Program program() {
    return chapters.get(chapters.size() - 1).program();
  }

  private void start() throws IOException {
    attempt++;
    String settings =
        SettingsJson.of(
            servers,
            name,
            name,
            program(),
            chapters.size(),
            attempt,
            new Pace(engine, 200, rate, 1_000));
    driver =
        new Driver(processes, image, directory.resolve(name + "-" + attempt), settings, options);
  }

  /** Waits until all of it is there: records that are lost on the way are no fault of a job. */
  private void write(List<Event> events) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                servers.kafka(),
                "acks",
                "all",
                "linger.ms",
                5,
                "delivery.timeout.ms",
                300_000),
            new StringSerializer(),
            new StringSerializer())) {
      for (Event event : events) {
        sent.add(producer.send(new ProducerRecord<>(name, event.partition(), null, event.value())));
      }
    }
    written += events.size();
    for (int i = 0; i < events.size(); i++) {
      Event event = events.get(i);
      long offset = sent.get(i).get().offset();
      if (offset != event.offset()) {
        throw new IllegalStateException(
            "the record for offset %d of partition %d of %s is at %d"
                .formatted(event.offset(), event.partition(), name, offset));
      }
    }
  }

  private void strike(Fault fault) throws Exception {
    switch (fault) {
      case JVM_KILLED -> killJvm();
      case KILLED_AGAIN -> {
        killJvm();
        Thread.sleep(1_000 + random.nextInt(4_000)); // anywhere in its recovery
        killJvm();
      }
      case STOPPED_AND_STARTED -> {
        stop();
        start();
      }
      case POD_LOST -> {
        driver.destroy();
        start();
      }
      case ZOMBIE -> zombie();
      case SESSIONS_CUT ->
          servers.admin(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                  + name
                  + "'");
      case STORE_FROZEN -> {
        Processes.signal("STOP", servers.store().pid());
        Thread.sleep(500 + random.nextInt(4_000)); // shorter or longer than a checkpoint's interval
        Processes.signal("CONT", servers.store().pid());
      }
      case NEWEST_STATE_DAMAGED -> {
        driver.destroy();
        System.out.println("  " + Damage.newestState(servers.s3(), name, random));
        start();
      }
      case CHECKPOINT_LOST_AND_RESTORED -> lostAndRestored();
      case RECORDS_EXPIRED -> expire();
      case DEFINITION_CHANGED -> {
        stop();
        Program next = Programs.refiltered(random, program());
        chapters.add(new Serial.Chapter(next, look(false).until()));
        engine = anyEngine();
        start();
      }
    }
    look(false);
  }

  private void lostAndRestored() throws Exception {
    if (program().perBatch()) {
      return; // without state there is nothing to back up
    }
    boolean reaches = dropped.isEmpty() || stateOfAfterTheDrop();
    backups.create(name);
    Thread.sleep(random.nextInt(3_000)); // the job goes on, and so does its ledger
    driver.destroy();
    // Else the backup replaces newer state.
    if (random.nextInt(3) > 0 && reaches) {
      servers.deleteAll(name);
    }
    Optional<String> refused = backups.restoreNewest(name);
    if (refused.isPresent() && !isRight(refused.get(), reaches)) {
      throw new IllegalStateException("the newest backup of " + name + ": " + refused.get());
    }
    start();
  }

  /** A backup of before a drop cannot catch up; one of before a change was counted otherwise. */
  private boolean isRight(String refusal, boolean reaches) {
    return (!reaches && refusal.startsWith("OffsetsExpired: "))
        || (chapters.size() > 1 && refusal.startsWith("ForeignBackup: "));
  }

  /** A query without batches writes none: then there is no such state to wait for. */
  private boolean stateOfAfterTheDrop() {
    StateManifests manifests = new StateManifests(servers.s3(), name);
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                Map<Integer, Long> until = manifests.until();
                return dropped.entrySet().stream()
                    .allMatch(e -> until.getOrDefault(e.getKey(), 0L) >= e.getValue());
              });
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  /** The topic drops some of what is written and not committed, and all before. */
  private void expire() throws Exception {
    stop();
    Map<Integer, Long> committed = ledger.committed();
    Map<Integer, Long> before = new HashMap<>();
    for (int partition = 0; partition < partitions; partition++) {
      int of = partition;
      long from = committed.getOrDefault(of, 0L);
      List<Event> ahead =
          topic.subList(0, written).stream()
              .filter(event -> event.partition() == of && event.offset() >= from)
              .toList();
      List<Event> gone = ahead.subList(0, random.nextInt(ahead.size() + 1));
      skipped.addAll(gone);
      before.put(of, from + gone.size());
    }
    new Topic(servers.kafka(), name).deleteRecordsBefore(before);
    dropped = before;
    start();
  }

  private void killJvm() {
    driver.jvm().ifPresent(ProcessHandle::destroyForcibly);
  }

  private void stop() throws Exception {
    if (!driver.stop(60)) {
      wrong.add("the driver did not stop within 60 s");
      driver.destroy();
    }
  }

  private void zombie() throws Exception {
    Driver old = driver;
    var frozen = old.jvm();
    if (frozen.isEmpty()) {
      return;
    }
    // its supervisor would kill a JVM that shows no life, so both are frozen, as a paused node does
    List<ProcessHandle> all = new ArrayList<>();
    frozen.get().parent().ifPresent(all::add);
    all.add(frozen.get());
    for (ProcessHandle process : all) {
      Processes.signal("STOP", process.pid());
    }
    long epoch = ledger.epoch();
    start();
    await("a successor of the zombie", () -> ledger.epoch() > epoch);
    Thread.sleep(random.nextInt(2_000)); // before or after its first commit
    for (ProcessHandle process : all) {
      Processes.signal("CONT", process.pid());
    }
    await("the end of the zombie", () -> !old.isAlive());
  }

  /** Compares results and ledger as they are now. */
  private Snapshot look(boolean settled) throws SQLException {
    try (Connection connection = servers.connect(name)) {
      Snapshot now = Snapshot.of(connection, program(), "results", name);
      looks++;
      now.differences(read(), chapters, settled)
          .forEach(d -> wrong.add("at " + now.until() + ": " + d));
      return now;
    }
  }

  private List<Event> read() {
    return topic.stream().filter(event -> !skipped.contains(event)).toList();
  }

  private void awaitCommitted(double records) throws SQLException {
    await(
        "%d records committed".formatted((long) records),
        () -> ledger.committed().values().stream().mapToLong(Long::longValue).sum() >= records);
  }

  /**
   * A job may stop where a backup of before a change is put back: the alternative is to count by
   * the wrong definition. And where what its state would have to read again was dropped: the newest
   * one was lost, or the job was asked to leave before it had caught up.
   */
  private boolean hasRefused() {
    String said = driver.isAlive() ? "" : driver.message();
    return (chapters.size() > 1 && said.contains("CheckpointDiverged"))
        || (!dropped.isEmpty() && said.contains("OffsetsExpired"));
  }

  private void settle() throws Exception {
    Map<Integer, Long> end = new HashMap<>();
    topic.forEach(event -> end.merge(event.partition(), event.offset() + 1, Math::max));
    if (faults.size() == 1 || wrong.isEmpty()) {
      await("the end of the topic", () -> ledger.committed().equals(end));
    }
    if (hasRefused()) {
      System.out.println("  refused: " + driver.message());
      look(false);
      return;
    }
    List<String> before = new ArrayList<>(wrong);
    try {
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .pollInterval(Duration.ofMillis(200))
          .until(
              () -> {
                wrong.clear();
                wrong.addAll(before);
                look(true);
                return wrong.size() == before.size();
              });
    } catch (ConditionTimeoutException e) {
      wrong.add("and that did not change within a minute");
    }
    if (!driver.isAlive()) {
      wrong.add("the driver has ended: " + driver.message());
    }
  }

  private void await(String what, BooleanSupplier until) {
    try {
      Awaitility.await(what)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> until.getAsBoolean() || !driver.isAlive());
    } catch (ConditionTimeoutException e) {
      wrong.add(
          "not within "
              + PATIENCE.toSeconds()
              + " s: "
              + what
              + "; committed "
              + ledger.committed());
    }
    if (!until.getAsBoolean() && !driver.isAlive() && !hasRefused()) {
      wrong.add("the driver has ended before: " + what + ": " + driver.message());
    }
  }

  @Override
  public void close() throws SQLException {
    if (driver != null) {
      driver.destroy();
    }
    new Topic(servers.kafka(), name).delete();
    if (wrong.isEmpty()) {
      servers.admin("DROP DATABASE " + name + " WITH (FORCE)");
    }
  }
}
