package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The judge judged: an exact table passes, every kind of damage is seen. */
class JudgeTest {
  private static final Rule BEFORE =
      new Rule(Rule.containing("important"), event -> Rule.one("old", Rule.at(event)));
  private static final Rule AFTER =
      new Rule(Rule.containing("important").negate(), event -> Rule.one("new", Rule.at(event)));

  private final List<Event> topic = topic(2_000);

  @Test
  void aTableOfASerialRunIsExact() {
    Verdict verdict = Judge.compare(topic, Rule.important(), serial(Rule.important()));
    assertThat(verdict.exact()).as(verdict.toString()).isTrue();
    assertThat(verdict.rows()).isEqualTo(verdict.expected()).isBetween(500L, 1_500L);
  }

  @Test
  void aRemovedRowIsLost() {
    List<List<String>> table = serial(Rule.importantWithPlace());
    List<String> removed = table.remove(17);
    Verdict verdict = Judge.compare(topic, Rule.importantWithPlace(), table);
    assertThat(verdict.lost()).isEqualTo(1);
    assertThat(verdict.doubled()).isZero();
    assertThat(verdict.examples())
        .singleElement()
        .asString()
        .contains(removed.get(1) + "@" + removed.get(2));
  }

  @Test
  void aDoubledRowIsDoubledAlsoAmongEqualValues() {
    List<List<String>> table = serial(Rule.important());
    table.add(List.of("IMPORTANT"));
    Verdict verdict = Judge.compare(topic, Rule.important(), table);
    assertThat(verdict.lost()).isZero();
    assertThat(verdict.doubled()).isEqualTo(1);
  }

  @Test
  void aRowMovedToAnotherRecordIsBothLostAndDoubled() {
    List<List<String>> table = serial(Rule.importantWithPlace());
    table.set(3, table.get(4));
    Verdict verdict = Judge.compare(topic, Rule.importantWithPlace(), table);
    assertThat(verdict.lost()).isEqualTo(1);
    assertThat(verdict.doubled()).isEqualTo(1);
  }

  @Test
  void aRowThatNoRecordExplainsIsSeen() {
    List<List<String>> table = serial(Rule.important());
    table.add(List.of("ORDINARY"));
    Verdict verdict = Judge.compare(topic, Rule.important(), table);
    assertThat(verdict.doubled()).isEqualTo(1);
    assertThat(verdict.examples()).singleElement().asString().startsWith("no record explains");
  }

  @Test
  void aRuleChangedAtOneOffsetPerPartitionIsExact() {
    Verdict verdict = Judge.compareChanged(topic, BEFORE, AFTER, changed(100, 333), 1);
    assertThat(verdict.exact()).as(verdict.toString()).isTrue();
    assertThat(verdict.events()).isEqualTo(topic.size());
  }

  @Test
  void aRuleThatNeverChangedOrAlwaysHeldIsExactToo() {
    assertThat(Judge.compareChanged(topic, BEFORE, AFTER, serial(BEFORE), 1).exact()).isTrue();
    assertThat(Judge.compareChanged(topic, BEFORE, AFTER, serial(AFTER), 1).exact()).isTrue();
  }

  @Test
  void rangesBetweenTheRulesThatBothOrNeitherSawAreFound() {
    List<List<String>> table = changed(100, 333);
    List<List<String>> gap = new ArrayList<>(table);
    gap.removeIf(
        row ->
            row.get(0).equals("new") && row.get(1).equals("0") && Long.parseLong(row.get(2)) < 120);
    assertThat(Judge.compareChanged(topic, BEFORE, AFTER, gap, 1).lost()).isPositive();

    List<List<String>> overlap = new ArrayList<>(table);
    topic.stream()
        .filter(event -> event.partition() == 0 && event.offset() >= 100 && event.offset() < 120)
        .forEach(event -> overlap.addAll(BEFORE.expect(event)));
    assertThat(Judge.compareChanged(topic, BEFORE, AFTER, overlap, 1).doubled()).isPositive();
  }

  @Test
  void theFeederMakesEveryKindOfValue() {
    List<String> values = topic.stream().map(Event::value).toList();
    assertThat(values).contains(null, "", "important");
    assertThat(values).anyMatch(value -> value != null && value.contains("\n"));
    assertThat(values).anyMatch(value -> value != null && value.contains("\ud83d\ude80"));
  }

  private List<List<String>> serial(Rule rule) {
    List<List<String>> rows = new ArrayList<>();
    topic.forEach(event -> rows.addAll(rule.expect(event)));
    return rows;
  }

  private List<List<String>> changed(long cutOfPartition0, long cutOfPartition1) {
    List<List<String>> rows = new ArrayList<>();
    for (Event event : topic) {
      long cut = event.partition() == 0 ? cutOfPartition0 : cutOfPartition1;
      rows.addAll((event.offset() < cut ? BEFORE : AFTER).expect(event));
    }
    return rows;
  }

  private static List<Event> topic(int events) {
    RandomGenerator random = new SplittableRandom(7);
    List<Event> topic = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      topic.add(new Event(i % 2, i / 2, null, Feeder.value(i, random)));
    }
    return topic;
  }
}
