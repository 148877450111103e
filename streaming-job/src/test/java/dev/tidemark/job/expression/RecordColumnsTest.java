package dev.tidemark.job.expression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.settings.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Aggregates over records as they are: nothing is computed between them. */
class RecordColumnsTest {
  /** Columns of the record that no select has to compute, or none has named. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "key, topic    | key, value, topic | count(*), max(value) | a, events, 2, y; b, events, 1, z",
        "upper(key)    | key               | count(*)             | A, 2; B, 1",
        "              |                   | max(value)           | z",
        "partition     | partition, key    | count(DISTINCT key)  | 3, 2",
        "size(headers) | headers, value    | min(value)           | 1, x",
      })
  void columnsOfTheRecordAreReadAsTheyAre(
      String groups, String select, String compute, String expected) {
    List<String> items = named(compute);
    Settings.Aggregate aggregate =
        new Settings.Aggregate(groups == null ? null : named(groups), items, "Running", null);
    Aggregation aggregation =
        Aggregation.check(
            new Selection(null, null, select == null ? null : List.of(select.split(", ", -1))),
            aggregate);
    List<String> rows =
        AggregationTest.results(aggregation, reduced(aggregation)).keySet().stream()
            .map(row -> String.join(", ", row.stream().map(String::valueOf).toList()))
            .sorted()
            .toList();
    assertThat(String.join("; ", rows)).isEqualTo(expected);
  }

  /** The article's counts per minute: nothing is selected, the time is Kafka's. */
  @Test
  void aWindowIsOfKafkasTimeByDefault() {
    Settings.Window window = new Settings.Window(60_000, 60_000, "timestamp", 0);
    Settings.Aggregate aggregate =
        new Settings.Aggregate(List.of(), List.of("count(*) AS n"), "Running", window);
    Aggregation aggregation = Aggregation.check(new Selection(null, null, null), aggregate);
    Map<StateKey, byte[]> state = reduced(aggregation);
    StateKey mark = StateKey.mark("events", 3);
    assertThat(Mark.of(state.remove(mark))).isEqualTo(new Mark(1_700_000_000_123_000L, 0));
    assertThat(AggregationTest.results(aggregation, state).keySet())
        .singleElement()
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .contains(3L);
  }

  private static Map<StateKey, byte[]> reduced(Aggregation aggregation) {
    List<ConsumerRecord<byte[], byte[]>> records =
        List.of(Runs.record(7, "a", "x"), Runs.record(8, "a", "y"), Runs.record(9, "b", "z"));
    Map<StateKey, byte[]> state = new HashMap<>();
    aggregation
        .reduce(records.iterator(), Malformed.STOPS, "events", 3, Long.MIN_VALUE)
        .forEachRemaining(part -> state.put(part._1(), part._2()));
    return state;
  }

  private static List<String> named(String items) {
    List<String> named = new ArrayList<>();
    for (String item : items.split(", ", -1)) {
      named.add(item.matches("\\w+") ? item : item + " AS c" + named.size());
    }
    return named;
  }
}
