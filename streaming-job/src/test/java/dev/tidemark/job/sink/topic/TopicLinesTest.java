package dev.tidemark.job.sink.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Line;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.Test;

class TopicLinesTest {
  private static final StructType WORDS = new StructType().add("word", "string").add("n", "bigint");

  private static Settings.Kafka topic(String format, String... key) {
    return new Settings.Kafka("results", List.of(key), format);
  }

  private static String line(TopicLines lines, String word, Long n) {
    InternalRow row = new GenericInternalRow(new Object[] {UTF8String.fromString(word), n});
    Line line = lines.all(List.of(row).iterator()).next();
    return text(line.key()) + " -> " + text(line.value());
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
  }

  @Test
  void rowsHaveTheKeyThatIsNamedOrNone() {
    assertThat(line(TopicLines.rows(topic("Json"), WORDS), "a", 1L))
        .isEqualTo("null -> {\"word\":\"a\",\"n\":1}");
    TopicLines keyed = TopicLines.rows(topic("Json", "word"), WORDS);
    assertThat(line(keyed, "\u00e4", 1L)).isEqualTo("\u00e4 -> {\"word\":\"\u00e4\",\"n\":1}");
    assertThat(line(keyed, null, null)).isEqualTo("null -> {\"word\":null,\"n\":null}");
    assertThat(line(TopicLines.rows(topic("Json", "n", "word"), WORDS), "a", 1L))
        .startsWith("{\"n\":1,\"word\":\"a\"} -> ");
  }

  /** Records without a key go to any partition, where nobody knows which is the newest. */
  @Test
  void aResultAlwaysHasAKey() {
    TopicLines words = TopicLines.results(topic("Json"), WORDS, List.of("word"));
    assertThat(line(words, "a", 1L)).startsWith("a -> ");
    assertThat(line(words, null, 1L)).startsWith("{\"word\":null} -> ");
    TopicLines all = TopicLines.results(topic("Json"), WORDS, List.of());
    assertThat(line(all, "a", 1L)).startsWith("{} -> ");
    TopicLines chosen = TopicLines.results(topic("Json", "n"), WORDS, List.of("word"));
    assertThat(line(chosen, "a", null)).startsWith("{\"n\":null} -> ");
  }

  @Test
  void textIsTheOneColumnThatIsNoKey() {
    TopicLines lines = TopicLines.rows(topic("Text", "n"), WORDS);
    assertThat(line(lines, "a", 1L)).isEqualTo("{\"n\":1} -> a");
    assertThat(line(lines, null, 1L)).as("a tombstone").isEqualTo("{\"n\":1} -> null");
  }

  @Test
  void whatDoesNotFitIsSaid() {
    assertThatThrownBy(() -> TopicLines.rows(topic("Json", "user"), WORDS))
        .isInstanceOfSatisfying(
            Trouble.class, t -> assertThat(t.reason()).isEqualTo(Reason.InvalidSelect))
        .hasMessageContaining("no column user")
        .hasMessageContaining("word, n");
    assertThatThrownBy(() -> TopicLines.rows(topic("Text"), WORDS))
        .hasMessageContaining("word STRING, n BIGINT");
    assertThatThrownBy(() -> TopicLines.rows(topic("Text", "word"), WORDS))
        .hasMessageContaining("here are n BIGINT");
  }
}
