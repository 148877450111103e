package dev.tidemark.e2e.serial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.e2e.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The judge of jobs that count, judged: what is right passes, every kind of damage is seen. */
class SerialTest {
  private static final Program TOTALS = Programs.totals();
  private static final Program WINDOWS = Programs.inWindows(new Windows(1_000, 1_000, 500));
  private static final Map<Integer, Long> END = Map.of(0, 4L, 1, 1L);

  private final List<Event> topic =
      List.of(
          new Event(0, 0, null, "{\"k\": \"a\", \"v\": 1, \"t\": 100}"),
          new Event(0, 1, null, "{\"k\": \"a\", \"v\": 60, \"t\": 1700}"),
          new Event(0, 2, null, "{\"v\": 3, \"t\": 900}"),
          new Event(0, 3, null, "no JSON {"),
          new Event(1, 0, null, "{\"k\": \"a\", \"v\": 4, \"t\": 950}"));

  /** Columns: rows, values, sum, lowest, highest, mean, high, different. */
  private static List<String> totals(String key, String... measures) {
    List<String> row = new ArrayList<>();
    row.add(key);
    row.addAll(Arrays.asList(measures));
    return row;
  }

  private final List<String> a =
      totals("a", "3", "3", "65", "1", "60", Double.toString(65.0 / 3), "1", "3");
  private final List<String> none = totals(null, "2", "1", "3", "3", "3", "3.0", "0", "1");

  private List<String> differences(Program program, List<List<String>> table) {
    return Serial.run(topic, List.of(new Serial.Chapter(program, Map.of())), END)
        .differences(table, true);
  }

  @Test
  void whatASerialRunWritesIsRight() {
    assertThat(differences(TOTALS, List.of(a, none))).isEmpty();
  }

  @Test
  void everyWrongTableIsSeen() {
    assertThat(differences(TOTALS, List.of(a))).singleElement().asString().startsWith("missing: ");
    assertThat(differences(TOTALS, List.of(a, none, none)))
        .singleElement()
        .asString()
        .startsWith("there twice: ");
    assertThat(differences(TOTALS, List.of(a, none, totals("b", "1"))))
        .singleElement()
        .asString()
        .startsWith("no record explains: ");
    for (int column = 1; column < a.size(); column++) {
      List<String> wrong = new ArrayList<>(a);
      wrong.set(column, "7");
      assertThat(differences(TOTALS, List.of(wrong, none))).as("column %d", column).hasSize(1);
    }
  }

  @Test
  void onlyWhatLiesBeforeTheLedgerCounts() {
    Serial run =
        Serial.run(topic, List.of(new Serial.Chapter(TOTALS, Map.of())), Map.of(0, 1L, 1, 0L));
    assertThat(
            run.differences(List.of(totals("a", "1", "1", "1", "1", "1", "1.0", "0", "1")), true))
        .isEmpty();
  }

  @Test
  void aProgramThatCameIntoForceLaterCountsFromThere() {
    List<Serial.Chapter> chapters =
        List.of(
            new Serial.Chapter(TOTALS, Map.of()),
            new Serial.Chapter(Programs.filteredTotals(), Map.of(0, 1L, 1, 0L)));
    // 60 and 3 are divisible by 3, and what is no JSON has no value
    assertThat(
            Serial.run(topic, chapters, END)
                .differences(List.of(totals("a", "2", "2", "5", "1", "4", "2.5", "0", "2")), true))
        .isEmpty();
  }

  @Test
  void aRowIsLateByTheMarkOfItsOwnPartition() {
    // offset 2 comes after 1700, and its window ended at 1000 + 500; that of partition 1 is in time
    List<List<String>> right =
        List.of(
            Arrays.asList("a", "0", "false", "2", "5"),
            Arrays.asList("a", "1000", "false", "1", "60"));
    Serial run = Serial.run(topic, List.of(new Serial.Chapter(WINDOWS, Map.of())), END);
    assertThat(run.differences(right, true)).isEmpty();
    assertThat(run.late()).as("one late, one without a time").isEqualTo(2);
    List<List<String>> early = List.of(Arrays.asList("a", "0", "true", "2", "5"), right.get(1));
    assertThat(run.differences(early, true))
        .singleElement()
        .asString()
        .endsWith("is called final, and is not");
  }
}
