package dev.tidemark.e2e;

import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Program of the demo: ends the flow with one important record per partition, waits for their rows,
 * and compares the topic with the table record by record. Ends with 1 if a row is lost or doubled.
 */
public final class Compare {
  private Compare() {}

  /** Arguments: topic, database, table, partitions. */
  public static void main(String[] arguments) {
    boolean exact;
    try (Cluster cluster = Cluster.connect();
        Infra infra = new Infra(cluster)) {
      Topic topic = new Topic(infra.kafka(), arguments[0]);
      Table table = new Table(infra, arguments[1], arguments[2]);
      int partitions = Integer.parseInt(arguments[3]);
      Verdict verdict = compare(topic, table, partitions);
      System.out.println(verdict);
      exact = verdict.exact();
    }
    if (!exact) {
      System.exit(1);
    }
  }

  private static Verdict compare(Topic topic, Table table, int partitions) {
    String marker = "important end " + System.nanoTime();
    Feeder.writeToEach(topic, partitions, marker);
    String last = "SELECT count(*)::text FROM %s WHERE starts_with(value, '%s')";
    String question = last.formatted(table.name(), marker.toUpperCase(Locale.ROOT));
    try {
      Awaitility.await("the last rows")
          .atMost(Duration.ofMinutes(3))
          .pollInterval(Duration.ofMillis(500))
          .until(() -> Long.parseLong(table.ask(question).get(0)) >= partitions);
    } catch (ConditionTimeoutException e) {
      System.out.println("The last rows did not arrive within three minutes.");
    }
    return Judge.compare(topic.dump(), Rule.important(), table.rows("value"));
  }
}
