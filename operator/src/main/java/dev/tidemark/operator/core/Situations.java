package dev.tidemark.operator.core;

import dev.tidemark.operator.core.Memory.Ended;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Tells the situation of a job; the order of the questions is the rule. */
final class Situations {
  /** A driver whose report is later than that may be dead. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private Situations() {}

  static Situation of(Observation seen, Memory memory, Optional<Basis> basis) {
    if (seen.deleting()) {
      return Situation.DELETING;
    }
    if (lost(seen).isPresent()) {
      return Situation.LOST;
    }
    if (seen.drivers().stream().anyMatch(d -> !d.ours() && d.live())) {
      return Situation.PREDECESSOR;
    }
    List<DriverSeen> live = live(seen);
    if (live.size() > 1) {
      return Situation.CROWDED;
    }
    if (live.size() == 1) {
      return withDriver(seen, memory, live.get(0), basis);
    }
    return withoutDriver(seen, memory, basis);
  }

  /** The job's own live drivers, the newest first. */
  static List<DriverSeen> live(Observation seen) {
    return seen.drivers().stream()
        .filter(d -> d.ours() && d.live())
        .sorted(Comparator.comparingInt(DriverSeen::attempt).reversed())
        .toList();
  }

  /**
   * A driver whose node does not answer: it should have been removed by now, and does not report.
   * Its epoch makes it safe to start another one: whatever still runs there can commit nothing.
   */
  static Optional<DriverSeen> lost(Observation seen) {
    return seen.drivers().stream()
        .filter(driver -> lostFrom(seen, driver).map(t -> !seen.now().isBefore(t)).orElse(false))
        .findFirst();
  }

  /** When the next of those that are leaving would be taken for lost; null when none leaves. */
  static Instant nextLoss(Observation seen) {
    return seen.drivers().stream()
        .flatMap(driver -> lostFrom(seen, driver).stream())
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  private static Optional<Instant> lostFrom(Observation seen, DriverSeen driver) {
    if (!driver.live() || !driver.leaving()) {
      return Optional.empty();
    }
    Instant silent =
        seen.progress(driver.attempt())
            .filter(p -> driver.ours() && p.renewedAt() != null)
            .map(Situations::silentFrom)
            .orElse(driver.leavingSince().plus(ProgressSeen.LATEST).plus(SILENCE));
    return Optional.of(silent.isAfter(driver.goneBy()) ? silent : driver.goneBy());
  }

  private static Situation withDriver(
      Observation seen, Memory memory, DriverSeen driver, Optional<Basis> basis) {
    if (driver.leaving()) {
      return Situation.STOPPING;
    }
    if (seen.wanted().suspend()) {
      return Situation.UNWANTED;
    }
    if (RestoreRules.asked(seen, memory).isPresent()) {
      return basis.filter(b -> Succession.relieves(seen, memory, driver, b)).isPresent()
          ? Situation.OUTDATED
          : Situation.UNWANTED;
    }
    if (basis.flatMap(b -> b.outdated(driver)).isPresent()) {
      Instant refusedUntil = Chronicle.rollRefusedUntil(seen, memory);
      return refusedUntil != null && seen.now().isBefore(refusedUntil)
          ? Situation.ROLL_REFUSED
          : Situation.OUTDATED;
    }
    if (driver.crashLooping()) {
      return Situation.CRASH_LOOPING;
    }
    return commits(seen, driver) ? Situation.RUNNING : Situation.STARTING;
  }

  private static Situation withoutDriver(Observation seen, Memory memory, Optional<Basis> basis) {
    if (RestoreRules.asked(seen, memory).isPresent() || RestoreRules.underWay(seen)) {
      return restoring(seen);
    }
    if (seen.wanted().suspend()) {
      return Situation.SUSPENDED;
    }
    if (RestoreRules.beginsWithout(seen, memory)) {
      return Situation.UNRESTORED;
    }
    if (basis.isEmpty()) {
      return Situation.UNJUDGED;
    }
    boolean sameSpec = same(seen, memory.ended(), basis.get());
    if (sameSpec && held(seen, memory)) {
      return RestoreRules.rescue(seen, memory).isPresent() ? restoring(seen) : Situation.HELD;
    }
    if (sameSpec && seen.wanted().restart().exhausted(memory.failures())) {
      return Situation.EXHAUSTED;
    }
    if (sameSpec && memory.notBefore() != null && seen.now().isBefore(memory.notBefore())) {
      return Situation.BACKING_OFF;
    }
    Instant refusedUntil = Chronicle.refusedUntil(seen, memory);
    if (refusedUntil != null && seen.now().isBefore(refusedUntil)) {
      return Situation.REJECTED;
    }
    return seen.confirmed() ? Situation.DUE : Situation.RUMOUR;
  }

  /** A driver must not run meanwhile, so that none does has to be certain. */
  private static Situation restoring(Observation seen) {
    return seen.confirmed() ? Situation.RESTORING : Situation.RUMOUR;
  }

  private static boolean held(Observation seen, Memory memory) {
    Ended ended = memory.ended();
    return ended.held() && (!ended.retryable() || seen.now().isBefore(heldUntil(seen, ended)));
  }

  /**
   * True when nothing changed since the last driver ended: its end tells how the next one would
   * end.
   */
  private static boolean same(Observation seen, Ended ended, Basis basis) {
    return ended != null
        && ended.generation() == seen.wanted().generation()
        && (ended.specHash().isEmpty() || ended.specHash().equals(basis.of().start()));
  }

  /** When a driver that stopped for a reason others may remove is tried again. */
  static Instant heldUntil(Observation seen, Ended ended) {
    return Backoff.retryAt(ended.at(), ended.tries(), Backoff.RETRY_CAP, seen.job().uid());
  }

  /**
   * True when the driver's own report says that it works and its last commit is not too long ago.
   */
  static boolean commits(Observation seen, DriverSeen driver) {
    return seen.progress(driver.attempt())
        .filter(p -> p.situation() == ProgressSeen.Situation.RUNNING && p.lastCommitAt() != null)
        .map(p -> seen.now().isBefore(freshUntil(seen, p)))
        .orElse(false);
  }

  /**
   * Until when the last commit counts as recent: three intervals, and the time to the next report.
   */
  static Instant freshUntil(Observation seen, ProgressSeen progress) {
    return progress
        .lastCommitAt()
        .plus(seen.wanted().batchInterval().multipliedBy(3))
        .plus(progress.nextWithin());
  }

  /** True when the driver has not reported for so long that it should be looked at. */
  static boolean silent(Observation seen, ProgressSeen progress) {
    return progress.renewedAt() != null && seen.now().isAfter(silentFrom(progress));
  }

  static Instant silentFrom(ProgressSeen progress) {
    return progress.renewedAt().plus(progress.nextWithin()).plus(SILENCE);
  }
}
