package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.CatalystTypeConverters;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import scala.Tuple2;

/**
 * An aggregate split into ranges, merged and carried through a savepoint gives what Spark SQL
 * gives.
 */
class AggregationTest {
  private static final List<String> SELECT =
      List.of(
          "get_json_object(value, '$.s') AS s",
          "CAST(get_json_object(value, '$.i') AS INT) AS i",
          "CAST(get_json_object(value, '$.i') AS BIGINT) * 3000000000 AS l",
          "CAST(get_json_object(value, '$.d') AS DECIMAL(12, 2)) AS d",
          "CAST(get_json_object(value, '$.i') AS DOUBLE) / 4 AS f",
          "to_date(get_json_object(value, '$.t')) AS day",
          "to_timestamp(get_json_object(value, '$.t')) AS t",
          "CAST(get_json_object(value, '$.s') AS BINARY) AS b",
          "CAST(get_json_object(value, '$.i') AS INT) > 0 AS positive");
  private static final List<String> GROUPS =
      List.of("s", "i % 3 AS g", "day", "positive", "b", "d", "f", "upper(s) AS u", "t");
  private static final List<String> COMPUTE =
      List.of(
          "count(*)",
          "count(d)",
          "sum(i)",
          "sum(l)",
          "sum(d)",
          "min(s)",
          "max(day)",
          "max(t)",
          "min(b)",
          "avg(d)",
          "avg(i)",
          "sum(f)",
          "max(f) - min(f)",
          "sum(i) FILTER (WHERE s > 'b')",
          "sum(d) / count(*)",
          "count(DISTINCT s)",
          "count(DISTINCT i, day)",
          "count(DISTINCT f) FILTER (WHERE i > 10)",
          "count(DISTINCT s) * 2 + count(*)",
          "coalesce(max(s), 'none')",
          "bit_xor(i)",
          "stddev_pop(i)");

  @Test
  void equalsSparkSqlHoweverItIsSplit() {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 1)
            .config("spark.sql.session.timeZone", "UTC")
            .getOrCreate();
    try {
      long first = Long.getLong("aggregation.seed", 20_261_127);
      for (long seed = first; seed < first + 25; seed++) {
        compare(spark, seed);
      }
    } finally {
      spark.stop();
    }
  }

  private static void compare(SparkSession spark, long seed) {
    Random random = new Random(seed);
    List<String> values = values(random, 50 + random.nextInt(400));
    List<String> groups = some(random, GROUPS, 0, 3);
    List<String> compute = new ArrayList<>();
    for (String item : some(random, COMPUTE, 1, 6)) {
      compute.add(item + " AS c" + compute.size());
    }
    Settings.Aggregate aggregate = new Settings.Aggregate(groups, compute, "Running", null);
    Aggregation aggregation =
        Aggregation.check(new Selection(null, "value IS NOT NULL", SELECT), aggregate);

    Map<List<Object>, Integer> expected = new HashMap<>();
    spark
        .createDataset(values, org.apache.spark.sql.Encoders.STRING())
        .toDF("value")
        .createOrReplaceTempView("records");
    List<String> grouping = groups.stream().map(group -> group.replaceAll(" AS .*", "")).toList();
    Dataset<Row> made =
        spark.sql(
            "SELECT "
                + String.join(", ", concat(groups, compute))
                + " FROM (SELECT "
                + String.join(", ", SELECT)
                + " FROM records WHERE value IS NOT NULL)"
                + (groups.isEmpty()
                    ? " HAVING count(*) > 0"
                    : " GROUP BY " + String.join(", ", grouping)));
    for (Row row : made.collectAsList()) {
      List<Object> columns = new ArrayList<>();
      for (int i = 0; i < row.length(); i++) {
        columns.add(comparable(row.get(i)));
      }
      expected.merge(columns, 1, Integer::sum);
    }
    assertThat(results(aggregation, state(aggregation, values, random)))
        .as("seed %d: %s by %s", seed, compute, groups)
        .isEqualTo(expected);
  }

  /** In random ranges, merged in random order, now and then through a savepoint's lines. */
  private static Map<StateKey, byte[]> state(
      Aggregation aggregation, List<String> values, Random random) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    values.forEach(value -> records.add(Runs.record(records.size(), null, value)));
    List<Tuple2<StateKey, byte[]>> parts = new ArrayList<>();
    int from = 0;
    while (from < records.size()) {
      int until = Math.min(records.size(), from + 1 + random.nextInt(100));
      Partials partials =
          aggregation.reduce(
              records.subList(from, until).iterator(), Malformed.STOPS, "t", 0, Long.MIN_VALUE);
      partials.forEachRemaining(parts::add);
      from = until;
    }
    java.util.Collections.shuffle(parts, random);
    Map<StateKey, byte[]> state = new HashMap<>();
    PortableState portable = aggregation.portable();
    for (Tuple2<StateKey, byte[]> part : parts) {
      Tuple2<StateKey, byte[]> arrived =
          random.nextBoolean() ? part : portable.parse(portable.line(part._1(), part._2()));
      assertThat(arrived._1()).isEqualTo(part._1());
      state.merge(arrived._1(), arrived._2(), (a, b) -> aggregation.merge(arrived._1(), a, b));
    }
    return state;
  }

  static Map<List<Object>, Integer> results(Aggregation aggregation, Map<StateKey, byte[]> state) {
    Map<List<Object>, Integer> rows = new HashMap<>();
    Results results = aggregation.results();
    StructType schema = aggregation.schema();
    state.forEach(
        (key, value) -> {
          InternalRow row = results.row(key, value, false);
          List<Object> columns = new ArrayList<>();
          for (int i = 0; i < schema.length(); i++) {
            var type = schema.fields()[i].dataType();
            Object internal = row.isNullAt(i) ? null : row.get(i, type);
            columns.add(comparable(CatalystTypeConverters.convertToScala(internal, type)));
          }
          rows.merge(columns, 1, Integer::sum);
        });
    return rows;
  }

  /** Binary by content; the last digits of what is summed in another order do not count. */
  private static Object comparable(Object value) {
    if (value instanceof byte[] bytes) {
      return java.nio.ByteBuffer.wrap(bytes);
    }
    return value instanceof Double d && !d.isNaN() ? (Object) Math.round(d * 1e6) : value;
  }

  private static List<String> values(Random random, int count) {
    List<String> values = new ArrayList<>();
    List<String> texts = List.of("a", "b", "c", "\u00fc", "", "\ud83d\ude80", "same", "Same");
    for (int i = 0; i < count; i++) {
      Map<String, String> fields = new TreeMap<>();
      fields.put("s", "\"" + texts.get(random.nextInt(texts.size())) + "\"");
      fields.put("i", Integer.toString(random.nextInt(60) - 20));
      fields.put("d", "\"" + (random.nextInt(2_000) - 500) / 100.0 + "\"");
      fields.put(
          "t", "\"2026-0" + (1 + random.nextInt(3)) + "-11T10:00:0" + random.nextInt(4) + "Z\"");
      fields.entrySet().removeIf(field -> random.nextInt(10) == 0);
      List<String> json = new ArrayList<>();
      fields.forEach((name, value) -> json.add("\"" + name + "\": " + value));
      values.add(random.nextInt(30) == 0 ? null : "{" + String.join(", ", json) + "}");
    }
    return values;
  }

  private static List<String> some(Random random, List<String> of, int least, int most) {
    List<String> all = new ArrayList<>(of);
    java.util.Collections.shuffle(all, random);
    return List.copyOf(all.subList(0, least + random.nextInt(most - least + 1)));
  }

  private static List<String> concat(List<String> one, List<String> other) {
    List<String> both = new ArrayList<>(one);
    both.addAll(other);
    return both;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "first(v)        | the aggregate first is not allowed",
        "collect_list(v) | the aggregate collect_list is not allowed",
        "sum(DISTINCT v) | DISTINCT is not allowed in sum",
        "count(rand())   | rand",
        "sum(w)          | unknown column 'w'",
        "sum(v           | aggregate.compute[0]",
        "v               | v"
      })
  void whatCannotBeReplayedIsRefused(String compute, String sentence) {
    Settings.Aggregate aggregate =
        new Settings.Aggregate(List.of("k"), List.of(compute + " AS c"), "Running", null);
    Trouble trouble =
        catchThrowableOfType(
            Trouble.class,
            () ->
                Aggregation.check(
                    new Selection(null, null, List.of("key AS k", "offset AS v")), aggregate));
    assertThat(trouble).as(compute).isNotNull();
    assertThat(trouble.reason()).isEqualTo(Reason.InvalidAggregate);
    assertThat(trouble.getMessage()).startsWith("aggregate").contains(sentence);
    assertThat(trouble.getMessage()).doesNotContain("\n").doesNotContain("[MISSING");
  }

  @Test
  void aWindowNeedsATime() {
    Settings.Window window = new Settings.Window(1_000, 1_000, "offset", 0);
    Settings.Aggregate aggregate =
        new Settings.Aggregate(List.of(), List.of("count(*) AS n"), "Running", window);
    assertThat(
            catchThrowableOfType(
                Trouble.class,
                () -> Aggregation.check(new Selection(null, null, List.of("offset")), aggregate)))
        .hasMessageContaining("aggregate.window.time: offset is of type BIGINT, a time is needed");
  }
}
