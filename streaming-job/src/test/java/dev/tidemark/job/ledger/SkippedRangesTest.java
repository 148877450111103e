package dev.tidemark.job.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.CuttingProxy;
import dev.tidemark.job.real.CuttingProxy.Cut;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SkippedRangesTest {
  private static final String JOB = "0123456789abcdef0123456789abcdef";
  private static final Partition P0 = new Partition("events", 0);
  private static final Partition P1 = new Partition("events", 1);
  private static final LedgerIdentity KAFKA =
      new LedgerIdentity("cluster-1", Map.of("events", "topic-id-1"));
  private static final List<Skipped> GONE = List.of(new Skipped(P0, 10, 25));

  private final RealPostgres postgres = RealPostgres.fresh();

  private PostgresLedger ledger(Settings.Jdbc jdbc) {
    PostgresLedger ledger = new PostgresLedger(jdbc);
    ledger.takeEpoch(JOB, 1, 1);
    ledger.open(JOB, 1, KAFKA, Map.of(P0, 10L, P1, 5L));
    return ledger;
  }

  private PostgresLedger ledger() {
    return ledger(postgres.jdbc("events"));
  }

  @Test
  void theLedgerGoesOnAfterWhatIsSkippedAndKeepsIt() {
    try (PostgresLedger ledger = ledger()) {
      LedgerState after = ledger.skip(JOB, 1, GONE);
      assertThat(after.until()).isEqualTo(Map.of(P0, 25L, P1, 5L));
      assertThat(after.skipped()).isEqualTo(GONE);
      assertThat(ledger.takeEpoch(JOB, 2, 1))
          .isEqualTo(new LedgerState(2, 1, false, after.until(), GONE));
      List<Skipped> more = List.of(new Skipped(P0, 25, 30), new Skipped(P1, 5, 6));
      assertThat(ledger.skip(JOB, 2, more).skippedOffsets()).isEqualTo(15 + 5 + 1);
      assertThat(postgres.list("SELECT epoch FROM tidemark_skipped ORDER BY 1"))
          .containsExactly("1", "2", "2");
      assertThat(ledger.read("another")).isEmpty();
    }
  }

  @Test
  void aRunWhoseEpochWasTakenSkipsNothing() {
    try (PostgresLedger ledger = ledger()) {
      ledger.takeEpoch(JOB, 2, 1);
      Trouble fenced = catchThrowableOfType(Trouble.class, () -> ledger.skip(JOB, 1, GONE));
      assertThat(fenced.reason()).isEqualTo(Reason.Fenced);
      assertThat(ledger.read(JOB).orElseThrow().skipped()).isEmpty();
    }
  }

  @Test
  void aLedgerThatStandsElsewhereIsLeftAlone() {
    try (PostgresLedger ledger = ledger()) {
      assertThatThrownBy(() -> ledger.skip(JOB, 1, List.of(new Skipped(P0, 9, 25))))
          .hasMessageContaining("offsets 9 to 25 of events-0");
    }
    try (PostgresLedger ledger = new PostgresLedger(postgres.jdbc("events"))) {
      assertThat(ledger.read(JOB).orElseThrow().until()).containsEntry(P0, 10L);
      assertThat(ledger.read(JOB).orElseThrow().skipped()).isEmpty();
    }
  }

  /** The commit happened, its answer was lost, and it is tried again. */
  @Test
  void whatIsSkippedAlreadyIsSkippedOnce() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(postgres.port(), "INSERT INTO");
        PostgresLedger ledger = ledger(postgres.jdbc(proxy.port(), "postgres", "events", false))) {
      ledger.skip(JOB, 1, List.of(new Skipped(P1, 5, 6))); // makes the table
      proxy.cut(Cut.AFTER, Cut.NEVER);
      LedgerState after = ledger.skip(JOB, 1, GONE);
      assertThat(after.until()).containsEntry(P0, 25L);
      assertThat(after.skippedOffsets()).isEqualTo(15 + 1);
    }
  }

  /** Its offsets are those of another topic, whose records have the same numbers. */
  @Test
  void aTopicThatWasMadeAnewHasSkippedNothing() {
    try (PostgresLedger ledger = ledger()) {
      ledger.skip(JOB, 1, GONE);
      postgres.run("DELETE FROM tidemark_offsets");
      LedgerIdentity anew = new LedgerIdentity("cluster-1", Map.of("events", "topic-id-2"));
      assertThat(ledger.open(JOB, 1, anew, Map.of(P0, 0L)).skipped()).isEmpty();
    }
  }

  @Test
  void itIsHandedOverWithThePosition() {
    try (PostgresLedger ledger = ledger();
        PostgresLedger other = new PostgresLedger(RealPostgres.fresh().jdbc("events"))) {
      ledger.skip(JOB, 1, GONE);
      Position position = ledger.seal(JOB, 2).orElseThrow();
      assertThat(other.takeOver(JOB, 2, 2, position).skipped()).isEqualTo(GONE);
    }
  }

  @Test
  void aRoleThatMayNotMakeTheTableIsToldWhatToRun() {
    String role = "weak_" + postgres.one("SELECT current_database()");
    postgres.run("CREATE ROLE " + role + " LOGIN");
    try (PostgresLedger ledger =
        ledger(postgres.jdbc(postgres.port(), "postgres", "events", false))) {
      assertThat(ledger.read(JOB)).isPresent();
    }
    postgres.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    postgres.run("GRANT SELECT, INSERT, UPDATE ON tidemark_jobs, tidemark_offsets TO " + role);
    Settings.Jdbc jdbc = postgres.jdbc(postgres.port(), role, "events", false);
    try (PostgresLedger weak = new PostgresLedger(jdbc)) {
      Trouble refused = catchThrowableOfType(Trouble.class, () -> weak.skip(JOB, 1, GONE));
      assertThat(refused.reason()).isEqualTo(Reason.LedgerPermissionDenied);
      assertThat(weak.read(JOB).orElseThrow().until()).containsEntry(P0, 10L);
      String message = refused.getMessage();
      postgres.run(message.substring(message.indexOf("CREATE TABLE")));
      assertThat(weak.skip(JOB, 1, GONE).until()).containsEntry(P0, 25L);
    }
  }

  /**
   * Two jobs with roles of their own write to one schema; only one of them has skipped anything.
   */
  @Test
  void theTableOfAnotherRoleIsInNobodysWay() {
    try (PostgresLedger ledger = ledger()) {
      ledger.skip(JOB, 1, List.of(new Skipped(P1, 5, 6)));
    }
    String role = "other_" + postgres.one("SELECT current_database()");
    postgres.run("CREATE ROLE " + role + " LOGIN");
    postgres.run("GRANT SELECT, INSERT, UPDATE ON tidemark_jobs, tidemark_offsets TO " + role);
    Settings.Jdbc jdbc = postgres.jdbc(postgres.port(), role, "events", false);
    try (PostgresLedger other = new PostgresLedger(jdbc)) {
      assertThat(other.read(JOB).orElseThrow().until()).containsEntry(P0, 10L);
      Trouble refused = catchThrowableOfType(Trouble.class, () -> other.skip(JOB, 1, GONE));
      assertThat(refused.reason()).isEqualTo(Reason.LedgerPermissionDenied);
      assertThat(refused.getMessage()).contains("tidemark_skipped");
      postgres.run(refused.getMessage().substring(refused.getMessage().indexOf("CREATE TABLE")));
      assertThat(other.skip(JOB, 1, GONE).skippedOffsets()).isEqualTo(15 + 1);
    }
  }

  @Test
  void whatWasSkippedIsSteppedOver() {
    LedgerState state =
        new LedgerState(
            1,
            1,
            false,
            Map.of(P0, 90L, P1, 90L),
            List.of(new Skipped(P0, 30, 40), new Skipped(P0, 40, 50), new Skipped(P0, 10, 20)));
    assertThat(state.notSkipped(P0, 10)).isEqualTo(20);
    assertThat(state.notSkipped(P0, 30)).isEqualTo(50);
    assertThat(state.notSkipped(P0, 25)).isEqualTo(25);
    assertThat(state.notSkipped(P0, 60)).isEqualTo(60);
    assertThat(state.notSkipped(P1, 10)).isEqualTo(10);
  }
}
