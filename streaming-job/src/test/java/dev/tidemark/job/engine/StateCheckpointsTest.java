package dev.tidemark.job.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.expression.Mark;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.state.StateManifest.Offset;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateCheckpointsTest {
  private static final Partition KNOWN = new Partition("orders", 0);
  private static final Partition ADDED = new Partition("orders", 1);

  /** A restore must know whether the job could catch up. */
  @Test
  void itIsNotedHowFarTheTopicGoesBack() {
    assertThat(
            StateCheckpoints.offsets(
                Map.of(KNOWN, 1042L, ADDED, 7L),
                Map.of(KNOWN, new Mark(5_000_000L, 3)),
                Map.of(KNOWN, 900L)))
        .containsExactlyInAnyOrder(
            new Offset("orders", 0, 1042, 5_000_000L, 3, 900L),
            new Offset("orders", 1, 7, null, 0, null));
  }
}
