package dev.tidemark.operator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.operator.core.backup.RunSeen;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What must hold of every decision, over everything that can be observed. */
final class DeciderTest {
  private static final String[] WORDS = {
    "accepted",
    "launched:1",
    "launched:3",
    "driver:1:pending",
    "driver:1:running",
    "driver:2:running",
    "driver:2:leaving",
    "driver:2:looping",
    "driver:1:lost",
    "ended:1:CrashLoop",
    "ended:2:Stopped",
    "ended:3:CheckpointLost",
    "ended:2:SinkTableMissing:retryable",
    "ended:2:Superseded:by4",
    "was:1:CrashLoop:5:wait30",
    "was:2:CheckpointLost:5:held",
    "was:2:TopicNotFound:5:heldretry",
    "leaving:1:Suspended:2",
    "leaving:2:DefinitionChanged:9",
    "progress:1:1",
    "progress:2:60",
    "waiting:1:SinkUnavailable",
    "silent:2",
    "recorded:1",
    "recorded:2",
    "check:running",
    "check:accepted",
    "check:InvalidFilter",
    "check:TopicNotFound:retryable",
    "refusal:InvalidFilter:final:9",
    "refusal:CheckFailed:retryable:99",
    "rejection:1",
    "rejection:99",
    "refused",
    "predecessor:there",
    "predecessor:leaving",
    "suspend",
    "paused",
    "deleting",
    "unconfirmed",
    "never",
    "limit:2",
    "failures:5",
    "nolease",
    "def:d2",
    "roll:r2",
    "nonce:x",
    "image:image:2",
    "generation:7",
    "rescue",
    "restore:a",
    "restored:a",
    "restoring:a:running",
    "restoring:a:done",
    "restoring:a:damaged"
  };

  @Test
  void everyObservationLeadsToADecisionThatHolds() {
    Set<Situation> met = EnumSet.noneOf(Situation.class);
    for (long seed = 0; seed < 20_000; seed++) {
      String words = words(new SplittableRandom(seed));
      Observation seen = Given.of(words);
      Decision decision = Decider.decide(seen);
      met.add(decision.situation());
      holds(words, seen, decision);
    }
    assertThat(met).as("every situation was met").containsExactlyInAnyOrder(Situation.values());
  }

  private static String words(SplittableRandom random) {
    List<String> words = new ArrayList<>();
    int count = random.nextInt(7);
    for (int i = 0; i < count; i++) {
      words.add(WORDS[random.nextInt(WORDS.length)]);
    }
    return String.join(" ", words);
  }

  private static void holds(String words, Observation seen, Decision decision) {
    assertThat(decision).as(words).isEqualTo(Decider.decide(seen));
    assertThat(decision.wake() == null || !decision.wake().isBefore(seen.now()))
        .as("wake of " + words)
        .isTrue();
    assertThat(decision.memory().attempt())
        .as(words)
        .isGreaterThanOrEqualTo(seen.memory().attempt());
    assertThat(decision.conditions())
        .as(words)
        .extracting(Verdict::type)
        .startsWith(
            Verdict.Type.Ready,
            Verdict.Type.Progressing,
            Verdict.Type.Stalled,
            Verdict.Type.CheckpointHealthy)
        .doesNotHaveDuplicates();
    assertThat(decision.conditions())
        .as(words)
        .allSatisfy(
            v -> {
              assertThat(v.reason()).isNotBlank();
              assertThat(v.message()).matches("(?s).*[.!?]").doesNotContain("null");
              assertThat(v.generation()).isLessThanOrEqualTo(seen.wanted().generation());
            });
    boolean launches =
        decision.steps().stream().anyMatch(s -> s.action() instanceof Action.LaunchDriver);
    boolean anyLive = seen.drivers().stream().anyMatch(DriverSeen::live);
    assertThat(launches && (anyLive || !seen.confirmed()))
        .as("launch beside a driver: " + words)
        .isFalse();
    boolean restores =
        decision.steps().stream().anyMatch(s -> s.action() instanceof Action.StartRestore);
    assertThat(restores && (anyLive || !seen.confirmed() || launches))
        .as("restore beside a driver: " + words)
        .isFalse();
    boolean restoring =
        seen.wanted().restore() != null
            && seen.restore(seen.wanted().restore()).state() == RunSeen.State.ACTIVE
            && !seen.wanted().restore().equals(seen.memory().restore().answered());
    assertThat(launches && restoring).as("driver beside a restore: " + words).isFalse();
    boolean quiet = seen.deleting() || seen.wanted().paused();
    assertThat(quiet && !decision.steps().isEmpty()).as("hands off: " + words).isFalse();
    assertThat(launches && seen.wanted().suspend()).as("suspended: " + words).isFalse();
    if (launches) {
      assertThat(decision.memory().attempt()).as(words).isGreaterThan(seen.memory().attempt());
    }
  }

  /**
   * Five JVMs, none of which lived long enough to report: four restarts in the pod, and its own.
   */
  @Test
  void jvmsThatNeverReportedAreCounted() {
    Decision decision = Decider.decide(Given.of("accepted ended:1:CrashLoop:jvms5"));

    assertThat(decision.memory().restarts()).isEqualTo(5);
    assertThat(decision.memory().failures()).isEqualTo(1);
  }

  @Test
  void aDeletedDriverIsRecoveredWithTheInstantOfItsDeletion() {
    Instant deleted = Given.NOW.minusSeconds(3);
    Memory seenLeaving = Decider.decide(Given.of("accepted driver:1:leaving")).memory();
    Given gone = new Given();
    gone.memory = seenLeaving;

    Decision decision = Decider.decide(gone.observation());

    DriverPlan plan = ((Action.LaunchDriver) decision.steps().get(0).action()).plan();
    assertThat(plan.attempt()).isEqualTo(2);
    assertThat(plan.previous()).isEqualTo(new DriverPlan.Previous("DriverPodDeleted", deleted));
    assertThat(decision.memory().restarts()).isEqualTo(1);
    assertThat(decision.memory().failures()).isZero();
  }

  /** The pass that replaced the first driver could not write what it knew. */
  @Test
  void anEndIsCountedThatOnlyTheNextSettingsTellOf() {
    String next = "recorded:1 recorded:2:d1:JvmCrashed driver:2:running";
    Memory memory = Decider.decide(Given.of("accepted " + next + " launched:1")).memory();
    assertThat(memory.restarts()).isEqualTo(1);
    assertThat(memory.launched()).isEqualTo(2);
    assertThat(memory.ended().attempt()).isEqualTo(1);
    assertThat(memory.ended().reason()).isEqualTo("JvmCrashed");

    Given again = Given.given(next);
    again.memory = memory;
    assertThat(Decider.decide(again.observation()).memory()).isEqualTo(memory);
  }

  @Test
  void aRefusedChangeRestartsTheRevisionThatRan() {
    Decision decision =
        Decider.decide(Given.of("recorded:1 launched:1 def:bad check:InvalidFilter"));

    DriverPlan plan = ((Action.LaunchDriver) decision.steps().get(0).action()).plan();
    assertThat(plan.recordedAttempt()).isEqualTo(1);
    assertThat(plan.of().definition()).isEqualTo("d1");
    assertThat(plan.of().generation()).isEqualTo(1);
  }

  @Test
  void aNewDefaultImageChangesNoJob() {
    Given given = new Given();
    given.memory = Decider.decide(Given.of("check:accepted")).memory();
    assertThat(given.memory.image()).isEqualTo(Given.IMAGE);
    Observation upgraded = given.observation();
    upgraded =
        new Observation(
            upgraded.now(),
            upgraded.job(),
            false,
            upgraded.wanted(),
            upgraded.memory(),
            "image:new",
            List.of(),
            List.of(),
            true,
            List.of(),
            List.of(),
            1,
            true,
            0,
            null,
            List.of(),
            null);

    DriverPlan plan =
        ((Action.LaunchDriver) Decider.decide(upgraded).steps().get(0).action()).plan();

    assertThat(plan.of().image()).isEqualTo(Given.IMAGE);
  }

  @Test
  void aCrashLoopDoesNotMakeTheNextRecoverySlower() {
    Decision decision =
        Decider.decide(Given.of("accepted failures:9 ended:9:CrashLoop progress:9:1"));
    assertThat(decision.situation()).isEqualTo(Situation.DUE);
  }

  @Test
  void backoffDoublesUpToItsCap() {
    RestartRules rules = Given.of("").wanted().restart();
    assertThat(Backoff.restart(1, rules, "x")).isZero();
    long last = 0;
    for (int failures = 2; failures < 9; failures++) {
      long wait = Backoff.restart(failures, rules, "x").toMillis();
      long full = Math.min(1000L << (failures - 2), rules.max().toMillis());
      assertThat(wait).isBetween(full * 4 / 5, full).isGreaterThan(last);
      last = wait;
    }
    assertThat(Backoff.restart(1000, rules, "x")).isLessThanOrEqualTo(rules.max());
  }
}
