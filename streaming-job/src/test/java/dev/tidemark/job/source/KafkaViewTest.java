package dev.tidemark.job.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaViewTest {
  private static final Partition NAMED = new Partition("orders", 0);
  private static final Partition LEFT_OUT = new Partition("returns", 0);

  /** The ledger keeps the place of a topic that was left out; it is not read. */
  @Test
  void whatIsNamedNoMoreIsLeftOut() {
    KafkaView view =
        new KafkaView(
            new LedgerIdentity("cluster", Map.of("orders", "id")),
            Map.of(NAMED, 0L),
            Map.of(NAMED, 9L));
    assertThat(view.named(Map.of(NAMED, 5L, LEFT_OUT, 7L))).containsOnly(Map.entry(NAMED, 5L));
  }
}
