package dev.tidemark.e2e.serial;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.e2e.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;

/**
 * Random programs over records such as {@code {"k": "a", "v": 7, "t": 1700000000000, "w": "x y"}}.
 */
public final class Programs {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String V = "CAST(get_json_object(value, '$.v') AS BIGINT)";
  private static final List<String> SELECT =
      List.of(
          "get_json_object(value, '$.k') AS k",
          V + " AS v",
          "timestamp_millis(CAST(get_json_object(value, '$.t') AS BIGINT)) AS t");

  private static final List<String> WORDS =
      List.of("explode(split(get_json_object(value, '$.w'), ' ')) AS word");

  /** Nothing is computed here: the aggregate works on the records as they are. */
  private static final List<String> WHOLE = List.of("value");

  private Programs() {}

  private record Filter(String sql, Function<Fields, Boolean> keeps) {}

  private record Group(String sql, Function<Fields, String> text) {}

  /** A record as this program sees it; every field may be null. */
  private record Fields(int partition, String k, Long v, Long t, String w) {
    static Fields of(Event event) {
      JsonNode node = json(event.value());
      return new Fields(
          event.partition(),
          node.hasNonNull("k") ? node.get("k").asText() : null,
          node.hasNonNull("v") ? node.get("v").asLong() : null,
          node.hasNonNull("t") ? node.get("t").asLong() : null,
          node.hasNonNull("w") ? node.get("w").asText() : null);
    }

    private static JsonNode json(String value) {
      try {
        return value == null ? JSON.nullNode() : JSON.readTree(value);
      } catch (JsonProcessingException e) {
        return JSON.nullNode();
      }
    }
  }

  private static final List<Filter> FILTERS =
      List.of(
          new Filter(null, fields -> true),
          new Filter(V + " % 3 <> 0", fields -> fields.v() != null && fields.v() % 3 != 0),
          new Filter(
              "get_json_object(value, '$.v') IS NULL OR " + V + " < 60",
              fields -> fields.v() == null || fields.v() < 60),
          new Filter("partition <> 1", fields -> fields.partition() != 1));

  private static final List<Group> GROUPS =
      List.of(
          new Group("k", Fields::k),
          new Group("upper(k)", f -> f.k() == null ? null : f.k().toUpperCase(Locale.ROOT)),
          new Group("v % 4", f -> f.v() == null ? null : Long.toString(f.v() % 4)));

  private static final List<Group> KEY = GROUPS.subList(0, 1);

  /** The word count of the article, each batch by itself. */
  public static Program wordsPerBatch() {
    Filter all = FILTERS.get(0);
    return new Program(
        all.sql(), WORDS, List.of("word AS g0"), List.of(Measure.ROWS), true, null, words(all));
  }

  /** Running results of every kind by key. */
  public static Program totals() {
    return values(FILTERS.get(0), KEY, List.of(Measure.values()), null);
  }

  /** Counts and sums by key, so that many keys need little room. */
  public static Program sums() {
    return values(FILTERS.get(0), KEY, List.of(Measure.ROWS, Measure.SUM), null);
  }

  /** The totals of fewer records. */
  public static Program filteredTotals() {
    return values(FILTERS.get(1), KEY, List.of(Measure.values()), null);
  }

  /** Counts and sums by key in windows. */
  public static Program inWindows(Windows windows) {
    return values(FILTERS.get(0), KEY, List.of(Measure.ROWS, Measure.SUM), windows);
  }

  /** One of all kinds. */
  public static Program any(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> words(random);
      case 1, 2 -> values(random, null);
      case 3 -> whole(random);
      default -> values(random, windows(random));
    };
  }

  /** The same with another filter: its state can be kept. */
  public static Program refiltered(Random random, Program program) {
    Filter filter = pick(random, FILTERS);
    return new Program(
        filter.sql(),
        program.select(),
        program.groupBy(),
        program.measures(),
        program.perBatch(),
        program.windows(),
        program.select() == WORDS ? words(filter) : rows(filter, groups(program)));
  }

  private static Program whole(Random random) {
    return counts(random, WHOLE, "get_json_object(value, '$.k') AS g0");
  }

  private static Program words(Random random) {
    return counts(random, WORDS, "word AS g0");
  }

  private static Program counts(Random random, List<String> select, String group) {
    Filter filter = pick(random, FILTERS);
    return new Program(
        filter.sql(),
        select,
        List.of(group),
        List.of(Measure.ROWS),
        random.nextBoolean(),
        null,
        select == WORDS ? words(filter) : rows(filter, KEY));
  }

  private static Function<Event, List<Row>> words(Filter filter) {
    return event -> {
      Fields fields = Fields.of(event);
      return fields.w() == null || !filter.keeps().apply(fields)
          ? List.of()
          : Arrays.stream(fields.w().split(" ", -1))
              .map(word -> new Row(List.of(word), null, null))
              .toList();
    };
  }

  private static Program values(Random random, Windows windows) {
    Filter filter = pick(random, FILTERS);
    List<Group> groups = new ArrayList<>(GROUPS);
    Collections.shuffle(groups, random);
    groups = groups.subList(0, random.nextInt(3));
    List<Measure> measures = new ArrayList<>(List.of(Measure.values()));
    Collections.shuffle(measures, random);
    measures = measures.subList(0, 1 + random.nextInt(measures.size()));
    return values(filter, groups, measures, windows);
  }

  private static Program values(
      Filter filter, List<Group> groups, List<Measure> measures, Windows windows) {
    List<Group> kept = List.copyOf(groups);
    List<String> by = new ArrayList<>();
    for (int i = 0; i < kept.size(); i++) {
      by.add(kept.get(i).sql() + " AS g" + i);
    }
    return new Program(
        filter.sql(), SELECT, by, List.copyOf(measures), false, windows, rows(filter, kept));
  }

  private static Windows windows(Random random) {
    long length = 1_000L * (1 + random.nextInt(8));
    long slide = length / (1 + random.nextInt(4));
    return new Windows(length, slide, random.nextInt(4) * 500L);
  }

  private static List<Group> groups(Program program) {
    if (program.select() == WHOLE) {
      return KEY;
    }
    return program.groupBy().stream()
        .map(by -> by.substring(0, by.lastIndexOf(" AS ")))
        .map(
            sql ->
                GROUPS.stream().filter(group -> group.sql().equals(sql)).findFirst().orElseThrow())
        .toList();
  }

  private static Function<Event, List<Row>> rows(Filter filter, List<Group> groups) {
    return event -> {
      Fields fields = Fields.of(event);
      if (!filter.keeps().apply(fields)) {
        return List.of();
      }
      List<String> group = new ArrayList<>();
      groups.forEach(by -> group.add(by.text().apply(fields)));
      return List.of(new Row(group, fields.v(), fields.t()));
    };
  }

  private static <T> T pick(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
