package dev.tidemark.e2e.serial;

import dev.tidemark.e2e.Event;
import dev.tidemark.e2e.Infra;
import dev.tidemark.e2e.Manifest;
import dev.tidemark.e2e.Topic;
import dev.tidemark.e2e.Verdict;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A job of a scenario that runs a {@link Program}, and what its table should hold. */
public final class Counting {
  /** The table of its results. */
  public static final String TABLE = "results";

  private final Infra infra;
  private final String database;
  private final Topic topic;
  private final List<Serial.Chapter> chapters = new ArrayList<>();
  private final List<Event> kept = new ArrayList<>();

  /** A job that reads that topic and writes to that database. */
  public Counting(Infra infra, String database, Topic topic, Program program) {
    this.infra = infra;
    this.database = database;
    this.topic = topic;
    chapters.add(new Serial.Chapter(program, Map.of()));
  }

  /** The manifest with the program in it. */
  public Manifest in(Manifest manifest) {
    Program program = program();
    manifest.set("filter", program.filter());
    manifest.set("select", program.select());
    manifest.set("aggregate.groupBy", program.groupBy());
    manifest.set("aggregate.compute", program.compute());
    if (program.perBatch()) {
      manifest.set("aggregate.results", "PerBatch");
    }
    if (program.windows() != null) {
      manifest.set("aggregate.window.length", program.windows().length() + "ms");
      manifest.set("aggregate.window.slide", program.windows().slide() + "ms");
      manifest.set("aggregate.window.lateness", program.windows().lateness() + "ms");
      manifest.set("aggregate.window.time", "t");
    }
    return manifest.table(TABLE).set("sink.jdbc.createTable", true);
  }

  private Program program() {
    return chapters.get(chapters.size() - 1).program();
  }

  /** Records that were counted, and that the topic is about to lose. */
  public void keep(List<Event> counted) {
    kept.addAll(counted);
  }

  private List<Event> events() {
    List<Event> events = new ArrayList<>(kept);
    events.addAll(topic.dump());
    return events;
  }

  /** From these offsets on another program is in force. */
  public void changed(Program program, Map<Integer, Long> from) {
    chapters.add(new Serial.Chapter(program, from));
  }

  /** From the ledger's offsets of now on another program is in force. */
  public void changed(Program program) {
    chapters.add(new Serial.Chapter(program, until()));
  }

  /** How many records the ledger has counted; 0 before there is one. */
  public long counted() {
    try (Connection connection = infra.connect(database)) {
      return counted(connection);
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger cannot be read", e);
    }
  }

  /** Waits until more records are counted than now. */
  public void awaitMore(Duration within) {
    awaitCounted(counted() + 1, within);
  }

  /** Waits until so many records are counted. */
  public void awaitCounted(long records, Duration within) {
    awaitCounted(records + " records counted", within, counted -> counted >= records);
  }

  /**
   * Shows how many records the ledger has counted until that is enough. It looks over one
   * connection: making one costs more than what is to be seen.
   */
  public void awaitCounted(String what, Duration within, LongPredicate enough) {
    try (Connection connection = infra.connect(database)) {
      Awaitility.await(what)
          .atMost(within)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> enough.test(counted(connection)));
    } catch (SQLException e) {
      throw new IllegalStateException("the connection broke while waiting for " + what, e);
    }
  }

  private long counted(Connection connection) {
    try {
      return Snapshot.until(connection, topic.name()).values().stream()
          .mapToLong(Long::longValue)
          .sum();
    } catch (SQLException e) {
      return 0; // no table yet
    }
  }

  /** Results and ledger of this moment against a serial run up to the ledger. */
  public Verdict look() {
    return verdict(false);
  }

  /** Waits until the whole topic is counted and all windows that are over are final; judges. */
  public Verdict settle(Duration within) {
    List<Event> events = events();
    Map<Integer, Long> end =
        events.stream()
            .collect(
                Collectors.toMap(
                    Event::partition, event -> event.offset() + 1, Math::max, TreeMap::new));
    try {
      Awaitility.await("the end of the topic")
          .atMost(within)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> until().equals(end) && verdict(true).exact());
    } catch (ConditionTimeoutException e) {
      // The verdict says better what is missing.
    }
    return verdict(true);
  }

  private Verdict verdict(boolean settled) {
    Snapshot snapshot = snapshot();
    List<Event> events = events();
    Serial run = Serial.run(events, chapters, snapshot.until());
    List<String> wrong = run.differences(snapshot.rows(), settled);
    return new Verdict(
        events.size(),
        run.size(),
        snapshot.rows().size(),
        wrong.stream().filter(w -> w.startsWith("missing")).count(),
        wrong.stream().filter(w -> !w.startsWith("missing")).count(),
        wrong);
  }

  private Map<Integer, Long> until() {
    try (Connection connection = infra.connect(database)) {
      return Snapshot.until(connection, topic.name());
    } catch (SQLException e) {
      throw new IllegalStateException("the ledger cannot be read", e);
    }
  }

  private Snapshot snapshot() {
    try (Connection connection = infra.connect(database)) {
      return Snapshot.of(connection, program(), TABLE, topic.name());
    } catch (SQLException e) {
      throw new IllegalStateException("results and ledger cannot be read", e);
    }
  }
}
