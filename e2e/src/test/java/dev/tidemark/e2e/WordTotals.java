package dev.tidemark.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;

/** How often each word of the topic has come, as a program of a user's own adds it up. */
final class WordTotals {
  /** The table that programs are told of. */
  static final String TABLE = "words";

  private final Scene scene;

  private WordTotals(Scene scene) {
    this.scene = scene;
  }

  /** An empty table. */
  static WordTotals create(Scene scene) {
    scene.table().execute("CREATE TABLE words (word text PRIMARY KEY, n bigint NOT NULL)");
    return new WordTotals(scene);
  }

  /** As the program has written them. */
  Map<String, Long> rows() {
    Map<String, Long> words = new TreeMap<>();
    scene
        .table()
        .ask("SELECT n || ' ' || word FROM words")
        .forEach(
            line -> {
              int blank = line.indexOf(' ');
              words.put(line.substring(blank + 1), Long.valueOf(line.substring(0, blank)));
            });
    return words;
  }

  /** All words together. */
  long sum() {
    return rows().values().stream().mapToLong(Long::longValue).sum();
  }

  void awaitMoreThan(long words) {
    Awaitility.await("more than " + words + " words in the table")
        .atMost(Play.START)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> sum() > words);
  }

  /** What is in the topic now, split as Java splits. */
  Map<String, Long> expected() {
    Map<String, Long> words = new TreeMap<>();
    for (Event event : scene.topic().dump()) {
      if (event.value() != null) {
        for (String word : event.value().split(" ")) {
          words.merge(word, 1L, Long::sum);
        }
      }
    }
    return words;
  }

  /** Waits until the table says what the topic says, which must have an end. */
  void awaitExact() {
    Map<String, Long> expected = expected();
    Awaitility.await("the totals of the whole topic")
        .atMost(Play.RECOVER)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(() -> assertThat(rows()).isEqualTo(expected));
  }
}
