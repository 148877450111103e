package dev.tidemark.e2e;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares a topic with a table, record by record, as multisets: what a serial run over the topic
 * would have written, against what is there. Plain Java; nothing of Spark and nothing of the
 * product takes part.
 */
public final class Judge {
  private static final int EXAMPLES = 5;

  private Judge() {}

  /** One rule for the whole topic. */
  public static Verdict compare(
      Collection<Event> topic, Rule rule, Collection<List<String>> table) {
    Map<List<String>, List<Event>> expected = new HashMap<>();
    for (Event event : topic) {
      for (List<String> row : rule.expect(event)) {
        expected.computeIfAbsent(row, any -> new ArrayList<>()).add(event);
      }
    }
    return verdict(topic.size(), expected, table);
  }

  /**
   * A rule that was changed once while events flowed: in each partition there must be one offset
   * before which the old rule holds and from which the new one does. The offset is not known
   * beforehand: the one that explains the table best is taken, and whatever it leaves unexplained
   * is lost or doubled.
   *
   * <p>The rows must tell their partition and offset in the columns {@code partitionColumn} and the
   * one after it.
   */
  public static Verdict compareChanged(
      Collection<Event> topic,
      Rule before,
      Rule after,
      Collection<List<String>> table,
      int partitionColumn) {
    Map<Integer, List<List<String>>> rows = new TreeMap<>();
    for (List<String> row : table) {
      rows.computeIfAbsent(Integer.valueOf(row.get(partitionColumn)), any -> new ArrayList<>())
          .add(row);
    }
    Map<Integer, List<Event>> partitions = new TreeMap<>();
    topic.forEach(
        event ->
            partitions.computeIfAbsent(event.partition(), any -> new ArrayList<>()).add(event));
    rows.keySet().forEach(partition -> partitions.putIfAbsent(partition, List.of()));
    Verdict sum = new Verdict(0, 0, 0, 0, 0, List.of());
    for (Map.Entry<Integer, List<Event>> partition : partitions.entrySet()) {
      List<List<String>> here = rows.getOrDefault(partition.getKey(), List.of());
      sum = plus(sum, bestCut(partition.getValue(), before, after, here));
    }
    return sum;
  }

  private static Verdict bestCut(
      List<Event> events, Rule before, Rule after, List<List<String>> table) {
    List<Event> sorted = events.stream().sorted(Comparator.comparingLong(Event::offset)).toList();
    int cut = cheapestCut(sorted, before, after, table);
    Map<List<String>, List<Event>> expected = new HashMap<>();
    for (int i = 0; i < sorted.size(); i++) {
      for (List<String> row : (i < cut ? before : after).expect(sorted.get(i))) {
        expected.computeIfAbsent(row, any -> new ArrayList<>()).add(sorted.get(i));
      }
    }
    return verdict(sorted.size(), expected, table);
  }

  /**
   * Walks the cut through the partition, keeping the number of rows on which the expectation and
   * the table differ.
   */
  private static int cheapestCut(
      List<Event> sorted, Rule before, Rule after, List<List<String>> table) {
    Map<List<String>, Integer> difference = new HashMap<>();
    table.forEach(row -> difference.merge(row, 1, Integer::sum));
    sorted.forEach(
        event -> after.expect(event).forEach(row -> difference.merge(row, -1, Integer::sum)));
    long cost = difference.values().stream().mapToLong(Math::abs).sum();
    long best = cost;
    int cut = 0;
    for (int i = 0; i < sorted.size(); i++) {
      for (List<String> row : after.expect(sorted.get(i))) {
        cost += step(difference, row, 1);
      }
      for (List<String> row : before.expect(sorted.get(i))) {
        cost += step(difference, row, -1);
      }
      if (cost < best) {
        best = cost;
        cut = i + 1;
      }
    }
    return cut;
  }

  private static long step(Map<List<String>, Integer> difference, List<String> row, int by) {
    int was = difference.getOrDefault(row, 0);
    difference.put(row, was + by);
    return (long) Math.abs(was + by) - Math.abs(was);
  }

  private static Verdict verdict(
      long events, Map<List<String>, List<Event>> expected, Collection<List<String>> table) {
    Map<List<String>, Integer> found = new HashMap<>();
    table.forEach(row -> found.merge(row, 1, Integer::sum));
    long lost = 0;
    long doubled = 0;
    List<String> examples = new ArrayList<>();
    for (Map.Entry<List<String>, List<Event>> entry : expected.entrySet()) {
      int missing = entry.getValue().size() - found.getOrDefault(entry.getKey(), 0);
      if (missing > 0) {
        lost += missing;
        add(examples, "lost: " + places(entry.getValue()) + " " + shortened(entry.getKey()));
      }
    }
    for (Map.Entry<List<String>, Integer> entry : found.entrySet()) {
      List<Event> sources = expected.getOrDefault(entry.getKey(), List.of());
      int extra = entry.getValue() - sources.size();
      if (extra > 0) {
        doubled += extra;
        String what =
            sources.isEmpty() ? "no record explains: " : "doubled: " + places(sources) + " ";
        add(examples, what + shortened(entry.getKey()));
      }
    }
    long wanted = expected.values().stream().mapToLong(List::size).sum();
    return new Verdict(events, wanted, table.size(), lost, doubled, examples);
  }

  private static Verdict plus(Verdict a, Verdict b) {
    List<String> examples = new ArrayList<>(a.examples());
    examples.addAll(b.examples());
    return new Verdict(
        a.events() + b.events(),
        a.expected() + b.expected(),
        a.rows() + b.rows(),
        a.lost() + b.lost(),
        a.doubled() + b.doubled(),
        examples);
  }

  private static void add(List<String> examples, String example) {
    if (examples.size() < 2 * EXAMPLES) {
      examples.add(example);
    }
  }

  private static String places(List<Event> events) {
    return events.stream().limit(EXAMPLES).map(Event::place).toList().toString();
  }

  private static String shortened(List<String> row) {
    String text = row.toString();
    return text.length() <= 120 ? text : text.substring(0, 120) + "...";
  }
}
