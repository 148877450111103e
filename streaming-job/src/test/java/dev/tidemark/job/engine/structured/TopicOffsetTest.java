package dev.tidemark.job.engine.structured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicOffsetTest {
  @Test
  void readsWhatItWrote() {
    TopicOffset offset =
        new TopicOffset(
            Map.of(
                new Partition("b.c-d", 11), 5L,
                new Partition("b.c-d", 2), Long.MAX_VALUE,
                new Partition("a", 0), 0L),
            3);
    assertThat(offset.json())
        .isEqualTo(
            "{\"round\":3,\"until\":{\"a\":{\"0\":0},\"b.c-d\":{\"2\":9223372036854775807,\"11\":5}}}");
    TopicOffset read = TopicOffset.of(offset.json());
    assertThat(read.until()).isEqualTo(offset.until());
    assertThat(read.round()).isEqualTo(3);
    assertThat(read).isEqualTo(offset);
  }

  @Test
  void anotherRoundIsAnotherOffset() {
    assertThat(new TopicOffset(Map.of(new Partition("a", 0), 7L), 1))
        .isNotEqualTo(new TopicOffset(Map.of(new Partition("a", 0), 7L), 0));
  }

  /** The last is what Spark's own source for Kafka writes. */
  @ParameterizedTest
  @ValueSource(strings = {"", "7", "{}", "{\"round\":1}", "{\"events\":{\"0\":17}}"})
  void anythingElseIsRefused(String json) {
    assertThatThrownBy(() -> TopicOffset.of(json)).isInstanceOf(IllegalArgumentException.class);
  }
}
