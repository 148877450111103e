package dev.tidemark.operator.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The driver pod that gets ready before its turn: beside the one it replaces, or while a backup is
 * restored. It touches nothing of the job until the operator gives it the turn, which happens where
 * a driver would be started otherwise, and nowhere else.
 */
final class Succession {
  /** A driver is replaced without a successor that has not got ready by then. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Succession() {}

  /**
   * The successor that can take over: made from the very spec the next driver is made from, and not
   * overtaken by a driver that had its turn before.
   */
  static Optional<SuccessorSeen> heir(Observation seen, Basis basis) {
    return seen.successors().stream()
        .filter(s -> s.recorded() && s.pod().live() && !s.pod().leaving() && fits(s.pod(), basis))
        .filter(s -> s.pod().attempt() > seen.memory().launched())
        .findFirst();
  }

  /**
   * Makes one, once for each driver: the number of the next attempt is used up by it. Nothing where
   * there is one, or where there was, unless that one failed: then another shows whether the cause
   * is gone.
   */
  static Optional<DriverPlan> wanted(Observation seen, Memory memory, Basis basis) {
    boolean usedUp = memory.attempt() > memory.launched() && !hasFailed(memory);
    boolean tried = usedUp || !seen.successors().isEmpty();
    return tried || memory.launched() == 0
        ? Optional.empty()
        : Optional.of(basis.plan(seen, memory.attempt() + 1, null));
  }

  /** True when a successor failed, and none has got ready since. */
  static boolean hasFailed(Memory memory) {
    return memory.rejection() != null && memory.rejection().reason() == Reason.SuccessorFailed;
  }

  /** What the API server refused is over; how often successors of this spec failed is not. */
  static Memory tried(Observation seen, Memory memory) {
    boolean again =
        hasFailed(memory) && memory.rejection().generation() == seen.wanted().generation();
    return again ? memory : memory.rejected(null);
  }

  /**
   * Why a successor made from today's spec cannot start; empty while there is none of which that is
   * certain. Where no node has room for it beside the other driver, nothing is certain.
   */
  static Optional<String> failure(Observation seen) {
    return seen.successors().stream()
        .map(SuccessorSeen::pod)
        .filter(pod -> !pod.leaving() && pod.made().generation() == seen.wanted().generation())
        .flatMap(pod -> failure(pod).stream())
        .findFirst();
  }

  private static Optional<String> failure(DriverSeen pod) {
    if (pod.crashLooping()) {
      return Optional.of(pod.pod() + ": its container ends again and again");
    }
    if (pod.live()) {
      return Optional.ofNullable(pod.problem())
          .filter(problem -> problem.reason() != Reason.Unschedulable)
          .map(problem -> pod.pod() + ": " + problem.reason() + ", " + problem.message());
    }
    Reason.Kind kind = Reason.kindOf(pod.ending().reason());
    return kind == Reason.Kind.FAILURE || kind == Reason.Kind.STOP
        ? Optional.of(pod.pod() + ": " + pod.ending().reason() + ", " + pod.ending().message())
        : Optional.empty();
  }

  /**
   * The same course, and a successor gets ready meanwhile: for the time a backup is restored, where
   * there is none yet because no driver worked. Nothing where nothing begins, or where the job is
   * not to run afterwards.
   */
  static Course beside(Course course, Observation seen, Optional<Basis> basis) {
    boolean begins = course.steps().stream().anyMatch(Step::announced);
    if (!begins || seen.wanted().suspend()) {
      return course;
    }
    List<Step> steps = new ArrayList<>(course.steps());
    basis
        .flatMap(b -> wanted(seen, course.memory(), b))
        .ifPresent(plan -> steps.add(Step.quiet(new Action.PrepareDriver(plan))));
    return new Course(
        course.situation(),
        course.driver(),
        course.memory(),
        List.copyOf(steps),
        course.reason(),
        course.message(),
        course.wake());
  }

  /**
   * True while a driver that works had better run on before a backup is restored: the one that is
   * to follow gets ready, or is about to be made.
   */
  static boolean relieves(Observation seen, Memory memory, DriverSeen driver, Basis basis) {
    return memory.leavingOf(driver.attempt()).isEmpty()
        && Situations.commits(seen, driver)
        && !hasFailed(memory)
        && (wanted(seen, memory, basis).isPresent()
            || heir(seen, basis).map(h -> awaitedUntil(seen, h)).isPresent());
  }

  /** Until when the driver of now runs on, so that its successor gets ready; null for no longer. */
  static Instant awaitedUntil(Observation seen, SuccessorSeen successor) {
    DriverSeen pod = successor.pod();
    if (successor.ready() || pod.problem() != null || pod.crashLooping()) {
      return null;
    }
    Instant until = (pod.startedAt() == null ? seen.now() : pod.startedAt()).plus(PATIENCE);
    return until.isAfter(seen.now()) ? until : null;
  }

  /**
   * Successors nobody waits for any more go, and their settings, so that none looks as if it ran.
   */
  static List<Step> dismissed(Observation seen, Optional<Basis> basis, Situation situation) {
    Optional<SuccessorSeen> kept =
        awaited(situation) ? basis.flatMap(b -> heir(seen, b)) : Optional.empty();
    List<Step> steps = new ArrayList<>();
    for (SuccessorSeen successor : seen.successors()) {
      DriverSeen pod = successor.pod();
      if (kept.equals(Optional.of(successor))) {
        continue;
      }
      if (!pod.leaving()) {
        steps.add(
            Step.quiet(
                pod.live()
                    ? new Action.StopDriver(pod.pod(), pod.podUid())
                    : new Action.RemoveDriver(pod.pod(), pod.podUid())));
      }
      if (successor.recorded()) {
        steps.add(Step.quiet(new Action.ForgetSettings(pod.attempt())));
      }
    }
    return steps;
  }

  private static boolean awaited(Situation situation) {
    return switch (situation) {
      case OUTDATED, UNWANTED, STOPPING, RESTORING, RUMOUR, DUE -> true;
      case DELETING,
          PREDECESSOR,
          CROWDED,
          LOST,
          ROLL_REFUSED,
          CRASH_LOOPING,
          STARTING,
          RUNNING,
          UNRESTORED,
          SUSPENDED,
          UNJUDGED,
          HELD,
          EXHAUSTED,
          BACKING_OFF,
          REJECTED ->
          false;
    };
  }

  private static boolean fits(DriverSeen pod, Basis basis) {
    return pod.made().start().equals(basis.of().start())
        && pod.made().image().equals(basis.of().image());
  }
}
