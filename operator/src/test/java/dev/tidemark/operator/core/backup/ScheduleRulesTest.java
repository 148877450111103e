package dev.tidemark.operator.core.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.operator.core.Verdict;
import dev.tidemark.operator.core.backup.BackupSeen.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When a backup is due, and what is said of those that were made. */
class ScheduleRulesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:30Z");
  private static final Instant DUE = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration INTERVAL = Duration.ofMinutes(15);

  private Instant now = NOW;
  private boolean hands = true;
  private boolean configured = true;
  private boolean scheduled = true;
  private boolean suspended;
  private boolean stateful = true;
  private boolean begun = true;
  private boolean queue;
  private Slots slots = due(1);
  private Slots looks = Slots.NONE;
  private String refused;
  private final List<BackupSeen> backups = new ArrayList<>();

  private static Slots due(long passed) {
    Instant next = DUE.plus(INTERVAL);
    return new Slots(DUE, DUE, passed, next, next, INTERVAL, null);
  }

  private static Slots notDue() {
    Instant next = DUE.plus(INTERVAL);
    return new Slots(null, null, 0, next, next, INTERVAL, null);
  }

  private ScheduleDecision decide() {
    return ScheduleRules.decide(
        new ScheduleObservation(
            now,
            "job",
            7,
            hands,
            configured,
            scheduled,
            suspended,
            stateful,
            begun,
            queue,
            Duration.ofMinutes(10),
            slots,
            looks,
            backups,
            null,
            3,
            refused));
  }

  private void has(String name, Instant at, State state, Boolean good) {
    backups.add(
        new BackupSeen(
            name,
            at,
            state,
            at,
            state == State.FAILED ? "AccessDenied" : null,
            state == State.FAILED ? "no right to write." : "",
            good,
            false,
            false));
  }

  @Test
  void whatIsDueIsMadeOnceUnderItsSlotsName() {
    ScheduleDecision decision = decide();
    assertThat(decision.create())
        .isEqualTo(new ScheduleDecision.Create("job-20260101t120000z", DUE));
    assertThat(decision.lastSchedule()).isEqualTo(DUE);
    assertThat(decision.nextSchedule()).isEqualTo(DUE.plus(INTERVAL));
    assertThat(decision.missed()).isEqualTo(3);
    assertThat(decision.wake()).isEqualTo(DUE.plus(INTERVAL));
    assertThat(decide()).isEqualTo(decision);
  }

  @Test
  void nothingIsMadeBeforeItsTime() {
    slots = notDue();
    assertThat(decide().create()).isNull();
    assertThat(decide().nextSchedule()).isEqualTo(DUE.plus(INTERVAL));
  }

  @Test
  void afterALongAbsenceOneIsMadeAndTheOthersAreCounted() {
    slots = due(5);
    ScheduleDecision decision = decide();
    assertThat(decision.create()).isNotNull();
    assertThat(decision.missed()).isEqualTo(3 + 4);
    assertThat(decision.event().warning()).isTrue();
  }

  @Test
  void oneThatStartsTooLateIsMadeAndCountsAsMissed() {
    now = DUE.plus(Duration.ofMinutes(11));
    assertThat(decide().create()).isNotNull();
    assertThat(decide().missed()).isEqualTo(3 + 1);
  }

  @Test
  void whileAnotherIsMadeItIsSkippedAndCounted() {
    has("job-by-hand", DUE.minusSeconds(60), State.UNDER_WAY, null);
    ScheduleDecision decision = decide();
    assertThat(decision.create()).isNull();
    assertThat(decision.lastSchedule()).isEqualTo(DUE);
    assertThat(decision.missed()).isEqualTo(3 + 1);
    assertThat(decision.event().reason()).isEqualTo("BackupSkipped");
  }

  @Test
  void orWaitsInAQueueOfOne() {
    queue = true;
    has("job-by-hand", DUE.minusSeconds(60), State.UNDER_WAY, null);
    ScheduleDecision decision = decide();
    assertThat(decision.create()).isNull();
    assertThat(decision.nextSchedule()).as("still to be dealt with").isEqualTo(DUE);
    assertThat(decision.missed()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({
    "paused, NoBackupYet",
    "suspended, NoBackupYet",
    "unscheduled, NoBackupYet",
    "unconfigured, NotConfigured",
    "stateless, NothingToBackUp",
    "notBegun, NoBackupYet",
    "unreadable, InvalidSchedule",
    "refused, PodRejected"
  })
  void whyNothingIsMade(String why, String reason) {
    switch (why) {
      case "paused" -> hands = false;
      case "suspended" -> suspended = true;
      case "unscheduled" -> {
        scheduled = false;
        slots = Slots.NONE;
      }
      case "unconfigured" -> {
        configured = false;
        scheduled = false;
        slots = Slots.NONE;
      }
      case "stateless" -> stateful = false;
      case "notBegun" -> begun = false;
      case "unreadable" -> slots = Slots.unreadable("no such zone");
      default -> refused = "exceeded quota.";
    }
    ScheduleDecision decision = decide();
    assertThat(decision.create()).isNull();
    assertThat(decision.lastSchedule()).isNull();
    assertThat(decision.missed()).isEqualTo(3);
    assertThat(decision.verdict().reason()).isEqualTo(reason);
  }

  @Test
  void whatIsDueWaitsForTheFirstCommit() {
    begun = false;
    assertThat(decide().nextSchedule()).isEqualTo(DUE);
    begun = true;
    assertThat(decide().create().slot()).isEqualTo(DUE);
  }

  @ParameterizedTest
  @CsvSource({
    "COMPLETED, true, 1, True, BackupCurrent",
    "COMPLETED, false, 1, False, BackupDamaged",
    "FAILED, , 1, False, BackupFailed",
    "COMPLETED, true, 40, False, BackupMissed"
  })
  void whatIsSaid(State state, Boolean good, int minutesAgo, Verdict.State said, String reason) {
    slots = notDue();
    has("older", NOW.minus(Duration.ofMinutes(60)), State.COMPLETED, true);
    has("newest", NOW.minus(Duration.ofMinutes(minutesAgo)), state, good);
    Verdict verdict = decide().verdict();
    assertThat(verdict.state()).isEqualTo(said);
    assertThat(verdict.reason()).isEqualTo(reason);
    if (said == Verdict.State.False && !reason.equals("BackupMissed")) {
      assertThat(verdict.message()).endsWith("The newest good one is older.");
    }
  }

  @Test
  void theNewestIsLookedAtAtItsTime() {
    slots = notDue();
    looks = due(1);
    assertThat(decide().look()).isNull();
    has("older", NOW.minus(Duration.ofMinutes(60)), State.COMPLETED, true);
    has("newest", NOW.minus(Duration.ofMinutes(5)), State.COMPLETED, true);
    ScheduleDecision decision = decide();
    assertThat(decision.look())
        .isEqualTo(new ScheduleDecision.Look("newest", "scheduled-20260101t120000z"));
    assertThat(decision.nextLook()).isEqualTo(DUE.plus(INTERVAL));
  }
}
