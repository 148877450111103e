package dev.tidemark.e2e.serial;

import dev.tidemark.e2e.Event;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A serial run over a topic, up to some offsets, of a program that may have been changed on the
 * way. Each partition is read from its beginning; how the topic was cut into batches, and in which
 * order partitions were read, makes no difference.
 */
public final class Serial {
  /** A group, and its window's start where there are windows. */
  record Key(List<String> group, Long window) {}

  /** A program, from the offsets at which it came into force. */
  public record Chapter(Program program, Map<Integer, Long> from) {}

  private final Map<Key, Totals> results = new HashMap<>();
  private final Map<Integer, Long> marks = new HashMap<>();
  private final Program last;
  private long late;

  private Serial(Program last) {
    this.last = last;
  }

  /** Runs over the records before {@code until}. */
  public static Serial run(
      Collection<Event> topic, List<Chapter> chapters, Map<Integer, Long> until) {
    Serial run = new Serial(chapters.get(chapters.size() - 1).program());
    until.keySet().forEach(partition -> run.marks.put(partition, Long.MIN_VALUE));
    topic.stream()
        .filter(event -> event.offset() < until.getOrDefault(event.partition(), 0L))
        .sorted(Comparator.comparingLong(Event::offset))
        .forEach(event -> run.read(event, inForce(chapters, event)));
    return run;
  }

  private static Program inForce(List<Chapter> chapters, Event event) {
    Program program = null;
    for (Chapter chapter : chapters) {
      if (chapter.from().getOrDefault(event.partition(), 0L) <= event.offset()) {
        program = chapter.program();
      }
    }
    return program;
  }

  private void read(Event event, Program program) {
    for (Row row : program.rows().apply(event)) {
      if (program.windows() == null) {
        count(new Key(row.group(), null), row);
      } else if (row.time() == null) {
        late++;
      } else {
        windows(event.partition(), row, program.windows());
      }
    }
  }

  private void windows(int partition, Row row, Windows windows) {
    long mark = marks.get(partition);
    boolean missed = false;
    long first = Math.floorDiv(row.time() - windows.length(), windows.slide()) + 1;
    long newest = Math.floorDiv(row.time(), windows.slide());
    for (long number = first; number <= newest; number++) {
      long start = number * windows.slide();
      if (windows.isOver(start, mark)) {
        missed = true;
      } else {
        count(new Key(row.group(), start), row);
      }
    }
    late += missed ? 1 : 0;
    marks.put(partition, Math.max(mark, row.time()));
  }

  private void count(Key key, Row row) {
    results.computeIfAbsent(key, any -> new Totals()).add(row.value());
  }

  /** Rows that came too late, or had no time. */
  public long late() {
    return late;
  }

  /** How many results there must be. */
  public int size() {
    return results.size();
  }

  /**
   * Where a table differs from this run, a sentence each; at most ten.
   *
   * @param table as {@link Program#query} reads it
   * @param settled true when no batch is to come that could close a window
   */
  public List<String> differences(List<List<String>> table, boolean settled) {
    List<String> differences = new ArrayList<>();
    Map<Key, Totals> missing = new HashMap<>(results);
    for (List<String> columns : table) {
      int groups = last.groupBy().size();
      boolean windowed = last.windows() != null;
      Key key =
          new Key(
              new ArrayList<>(columns.subList(0, groups)),
              windowed ? Long.valueOf(columns.get(groups)) : null);
      Totals totals = missing.remove(key);
      if (totals == null) {
        differences.add(
            (results.containsKey(key) ? "there twice: " : "no record explains: ") + columns);
        continue;
      }
      compare(
          differences, key, totals, columns.subList(groups + (windowed ? 2 : 0), columns.size()));
      if (windowed) {
        finality(differences, key, columns.get(groups + 1), settled);
      }
    }
    missing.forEach(
        (key, totals) -> differences.add("missing: " + key + " with " + values(totals)));
    return differences.size() <= 10 ? differences : differences.subList(0, 10);
  }

  private void compare(List<String> differences, Key key, Totals totals, List<String> measures) {
    for (int i = 0; i < measures.size(); i++) {
      if (!last.measures().get(i).equal(totals, measures.get(i))) {
        differences.add(key + " has " + measures + " instead of " + values(totals));
        return;
      }
    }
  }

  /** No window may be called final too early, and in the end every window that is over must be. */
  private void finality(List<String> differences, Key key, String isFinal, boolean settled) {
    long lowest = marks.values().stream().mapToLong(Long::longValue).min().orElse(Long.MIN_VALUE);
    boolean over = last.windows().isOver(key.window(), lowest);
    boolean said = isFinal.startsWith("t");
    if ((said && !over) || (settled && over && !said)) {
      differences.add(
          key + (said ? " is called final, and is not" : " is final, and not called that"));
    }
  }

  private List<Number> values(Totals totals) {
    List<Number> values = new ArrayList<>();
    last.measures().forEach(measure -> values.add(measure.of(totals)));
    return values;
  }
}
