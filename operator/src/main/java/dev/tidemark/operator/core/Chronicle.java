package dev.tidemark.operator.core;

import dev.tidemark.operator.core.Memory.Ended;
import dev.tidemark.operator.core.Memory.Leaving;
import dev.tidemark.operator.core.Memory.Rejection;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;

/**
 * Adds to the memory what pods and reports tell, so that it is known when they are gone.
 * Idempotent.
 */
final class Chronicle {
  private Chronicle() {}

  static Memory fold(Observation seen) {
    Memory driver = healthy(seen, ended(seen, leaving(seen, numbered(seen, replaced(seen)))));
    return failedTrial(seen, rejected(seen, RestoreRules.fold(seen, driver)));
  }

  /**
   * The end of the driver before was acted upon, but the memory of it could not be written:
   * somebody else wrote meanwhile, or the operator was killed. The settings of the next attempt
   * tell of it.
   */
  private static Memory replaced(Observation seen) {
    Memory memory = seen.memory();
    int attempt = memory.launched();
    if (attempt == 0 || hasEnded(memory, attempt)) {
      return memory;
    }
    return seen.recorded().stream()
        .filter(r -> r.attempt() > attempt && r.follows() != null)
        .min(Comparator.comparingInt(Recorded::attempt))
        // what held a driver back held the next one no more; whoever superseded it was known
        .map(r -> new Ending(r.follows().reason(), "", true, false, attempt, r.follows().endedAt()))
        .map(end -> record(seen, memory, null, end))
        .orElse(memory);
  }

  private static boolean hasEnded(Memory memory, int attempt) {
    return memory.ended() != null && memory.ended().attempt() >= attempt;
  }

  private static Memory numbered(Observation seen, Memory memory) {
    int attempt = Math.max(memory.attempt(), seen.highestAttempt());
    int launched = memory.launched();
    for (Recorded recorded : seen.recorded()) {
      attempt = Math.max(attempt, recorded.attempt());
    }
    for (DriverSeen driver : seen.drivers()) {
      attempt = Math.max(attempt, driver.attempt());
      launched = driver.ours() ? Math.max(launched, driver.attempt()) : launched;
    }
    for (SuccessorSeen successor : seen.successors()) {
      attempt = Math.max(attempt, successor.pod().attempt());
    }
    if (seen.progress() != null) {
      attempt = Math.max(attempt, seen.progress().attempt());
      launched = Math.max(launched, seen.progress().attempt());
    }
    return memory.numbered(attempt, launched);
  }

  /** A pod that goes although the operator did not send it away was deleted by somebody. */
  private static Memory leaving(Observation seen, Memory memory) {
    Optional<DriverSeen> newest = seen.driver(memory.launched());
    boolean known = memory.leavingOf(memory.launched()).isPresent();
    if (known || newest.isEmpty() || !newest.get().leaving()) {
      return memory;
    }
    return memory.leaving(
        new Leaving(
            memory.launched(), Reason.DriverPodDeleted.name(), newest.get().leavingSince()));
  }

  private static Memory ended(Observation seen, Memory memory) {
    int attempt = memory.launched();
    if (attempt == 0 || hasEnded(memory, attempt)) {
      return memory;
    }
    Optional<DriverSeen> pod = seen.driver(attempt);
    Leaving leaving = memory.leavingOf(attempt).orElse(null);
    if (pod.isPresent()) {
      return pod.get().live()
          ? memory
          : record(seen, memory, pod.get().made(), end(seen, pod.get(), leaving));
    }
    if (!seen.confirmed()) {
      return memory;
    }
    Ending gone =
        leaving != null
            ? new Ending(leaving.reason(), "", false, false, 0, leaving.at())
            : new Ending(Reason.DriverPodDeleted.name(), "", false, false, 0, seen.now());
    return record(seen, memory, null, gone);
  }

  private static Ending end(Observation seen, DriverSeen pod, Leaving leaving) {
    Ending e = pod.ending();
    if (leaving != null) {
      return new Ending(leaving.reason(), e.message(), false, false, 0, leaving.at(), e.launches());
    }
    Instant at = e.at() == null ? seen.now() : e.at();
    return new Ending(
        e.reason(), e.message(), e.retryable(), e.accepted(), e.supersededBy(), at, e.launches());
  }

  private static Memory record(Observation seen, Memory memory, Fingerprint made, Ending end) {
    int attempt = memory.launched();
    Reason.Kind kind = Reason.kindOf(end.reason());
    boolean jumps = end.reason().equals(Reason.Superseded.name()) && end.supersededBy() >= attempt;
    boolean held = kind == Reason.Kind.STOP && !jumps;
    boolean failed = kind == Reason.Kind.FAILURE || kind == Reason.Kind.WAIT;
    boolean deleted =
        end.reason().equals(Reason.DriverPodDeleted.name())
            || end.reason().equals(Reason.DriverPodEvicted.name())
            || end.reason().equals(Reason.NodeLost.name());
    boolean committed = seen.progress(attempt).map(p -> p.batches() > 0).orElse(false);
    // JVMs that end one after the other may not live long enough to report how many they are
    int inPod =
        Math.max(seen.progress(attempt).map(ProgressSeen::restarts).orElse(0), end.launches() - 1);

    int failures = memory.failures() + (failed ? 1 : 0);
    int fruitless =
        failed ? (committed ? 1 : memory.fruitless() + 1) : committed ? 0 : memory.fruitless();
    int restarts = memory.restarts() + inPod + (failed || deleted || jumps ? 1 : 0);
    Instant notBefore =
        failed
            ? end.at()
                .plus(
                    Backoff.restart(fruitless, seen.wanted().restart(), seen.job().uid() + attempt))
            : null;

    Ended before = memory.ended();
    boolean again = held && before != null && before.held() && before.reason().equals(end.reason());
    Ended ended =
        new Ended(
            attempt,
            end.reason(),
            end.message(),
            end.at(),
            seen.wanted().generation(),
            made == null ? "" : made.start(),
            held,
            end.retryable(),
            again ? before.tries() + 1 : 1);
    return memory
        .numbered(
            jumps ? Math.max(memory.attempt(), end.supersededBy()) : memory.attempt(), attempt)
        .counted(failures, fruitless, restarts)
        .ended(ended, notBefore);
  }

  /**
   * A driver that commits makes the next recovery fast again; one that commits long enough clears
   * its record.
   */
  private static Memory healthy(Observation seen, Memory memory) {
    Optional<DriverSeen> driver =
        seen.driver(memory.launched()).filter(d -> d.live() && !d.leaving());
    Optional<ProgressSeen> progress = seen.progress(memory.launched()).filter(p -> p.batches() > 0);
    if (driver.isEmpty() || progress.isEmpty() || driver.get().startedAt() == null) {
      return memory;
    }
    Instant lastCommit = progress.get().lastCommitAt();
    boolean longEnough =
        lastCommit != null
            && Duration.between(driver.get().startedAt(), lastCommit)
                    .compareTo(seen.wanted().restart().healthyAfter())
                >= 0;
    return memory.counted(longEnough ? 0 : memory.failures(), 0, memory.restarts());
  }

  private static Memory rejected(Observation seen, Memory memory) {
    return seen.refused() == null
        ? memory
        : refused(seen, memory, seen.refused().reason(), seen.refused().message());
  }

  /** A successor that cannot start speaks against the settings it was made from. */
  private static Memory failedTrial(Observation seen, Memory memory) {
    Instant until = rollRefusedUntil(seen, memory);
    if (until != null && seen.now().isBefore(until)) {
      return memory; // it is known, and the pod is still on its way out
    }
    return Succession.failure(seen)
        .map(why -> refused(seen, memory, Reason.SuccessorFailed, why))
        .orElse(memory);
  }

  private static Memory refused(Observation seen, Memory memory, Reason reason, String message) {
    int tries = memory.rejection() == null ? 1 : memory.rejection().tries() + 1;
    return memory.rejected(
        new Rejection(reason, message, seen.wanted().generation(), tries, seen.now()));
  }

  /** When to ask the API server again for what it refused; null when nothing was refused. */
  static Instant refusedUntil(Observation seen, Memory memory) {
    boolean trial = Succession.hasFailed(memory);
    return trial ? null : until(seen, memory.rejection(), Backoff.REJECTED_CAP);
  }

  /**
   * Until when the driver of now is not replaced, because the API server refused the next one or a
   * successor failed; null when neither happened.
   */
  static Instant rollRefusedUntil(Observation seen, Memory memory) {
    return Succession.hasFailed(memory)
        ? until(seen, memory.rejection(), Backoff.RETRY_CAP)
        : refusedUntil(seen, memory);
  }

  private static Instant until(Observation seen, Rejection rejection, Duration cap) {
    return rejection == null || rejection.generation() != seen.wanted().generation()
        ? null
        : Backoff.retryAt(rejection.at(), rejection.tries(), cap, seen.job().uid());
  }
}
