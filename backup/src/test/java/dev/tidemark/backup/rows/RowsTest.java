package dev.tidemark.backup.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class RowsTest {
  private record Pair(String one, String other) {}

  private static final Rows.Format<Pair> PAIRS =
      new Rows.Format<>() {
        @Override
        public String[] texts(Pair entry) {
          return new String[] {entry.one(), entry.other()};
        }

        @Override
        public Pair entry(String[] texts) {
          return new Pair(texts[0], texts[1]);
        }
      };

  /** Short and long, none at all, and of more than one byte a letter. */
  private static Pair any(Random random) {
    String text = "é☃".repeat(random.nextInt(random.nextInt(50) == 0 ? 20_000 : 30));
    return new Pair(random.nextInt(10) == 0 ? null : text, String.valueOf(random.nextLong()));
  }

  @Test
  void isTheListItWasMadeOf() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Pair> pairs = Stream.generate(() -> any(random)).limit(random.nextInt(5_000)).toList();
      List<Pair> rows = pairs.stream().collect(Rows.collector(PAIRS));

      assertThat(rows.equals(pairs)).as("seed %d", seed).isTrue();
      for (int i = 0; i < 1_000 && !pairs.isEmpty(); i++) {
        int at = random.nextInt(pairs.size());
        assertThat(rows.get(at)).as("seed %d", seed).isEqualTo(pairs.get(at));
      }
    }
  }

  @Test
  void canBeReadWhileItGrows() {
    Random random = new Random(1);
    List<Pair> pairs = new ArrayList<>();
    List<Pair> rows = new Rows<>(PAIRS);
    for (int i = 0; i < 20_000; i++) {
      pairs.add(any(random));
      rows.add(pairs.get(i));
      int at = random.nextInt(pairs.size());
      assertThat(rows.get(at)).isEqualTo(pairs.get(at));
    }
  }

  @Test
  void findsWhatIsThereAndNothingElse() {
    List<Pair> pairs =
        IntStream.range(0, 100_000)
            .mapToObj(i -> new Pair("key" + i, String.valueOf(i)))
            .collect(Rows.collector(PAIRS));
    Lookup<Pair> lookup = new Lookup<>(pairs, Pair::one);

    for (int i = 0; i < 100_000; i += 7) {
      assertThat(lookup.find("key" + i)).contains(new Pair("key" + i, String.valueOf(i)));
      assertThat(lookup.find("no" + i)).isEmpty();
    }
  }

  @Test
  void tellsKeysOfTheSameHashApart() {
    assertThat("AaAa".hashCode()).isEqualTo("BBBB".hashCode()).isEqualTo("AaBB".hashCode());
    List<Pair> pairs = List.of(new Pair("AaAa", "1"), new Pair("x", "2"), new Pair("BBBB", "3"));
    Lookup<Pair> lookup = new Lookup<>(pairs, Pair::one);

    assertThat(lookup.find("BBBB")).contains(pairs.get(2));
    assertThat(lookup.find("AaAa")).contains(pairs.get(0));
    assertThat(lookup.find("AaBB")).isEmpty();
    assertThat(new Lookup<>(List.<Pair>of(), Pair::one).find("x")).isEmpty();
  }
}
