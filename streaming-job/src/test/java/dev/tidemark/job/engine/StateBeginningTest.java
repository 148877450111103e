package dev.tidemark.job.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerState;
import dev.tidemark.job.ledger.LedgerState.Partition;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateBeginningTest {
  private static final Partition ONE = new Partition("orders", 0);
  private static final Partition OTHER = new Partition("orders", 1);

  private static boolean movedOn(Map<Partition, Long> state, Map<Partition, Long> ledger) {
    return StateBeginning.movedOn(state, new LedgerState(7, 2, false, ledger));
  }

  @Test
  void aLedgerThatHoldsMoreThanTheStateHasMovedOn() {
    assertThat(movedOn(Map.of(ONE, 5L, OTHER, 5L), Map.of(ONE, 5L, OTHER, 6L))).isTrue();
    assertThat(movedOn(Map.of(ONE, 5L, OTHER, 5L), Map.of(ONE, 5L, OTHER, 5L))).isFalse();
  }

  @Test
  void partitionsThatOneOfThemDoesNotKnowTellNothing() {
    assertThat(movedOn(Map.of(ONE, 5L), Map.of(ONE, 5L, OTHER, 6L))).isFalse();
    assertThat(movedOn(Map.of(ONE, 5L, OTHER, 5L), Map.of(ONE, 5L))).isFalse();
  }
}
