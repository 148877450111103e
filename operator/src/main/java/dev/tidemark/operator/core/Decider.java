package dev.tidemark.operator.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Observation in, decision out. Pure and total: the same observation gives the same decision, and
 * none throws.
 */
public final class Decider {
  private Decider() {}

  /** Decides what to do and what to say about a job. */
  public static Decision decide(Observation seen) {
    Memory memory = Chronicle.fold(seen);
    Judgement judgement = CheckRules.judge(seen, memory);
    Optional<Basis> basis = Basis.of(seen, judgement);
    Course course = DriverRules.course(seen, judgement, basis);
    if (seen.wanted().paused() && !seen.deleting()) {
      return paused(seen, memory, judgement, course);
    }
    boolean deleting = course.situation() == Situation.DELETING;
    List<Step> steps = new ArrayList<>();
    boolean rumour = course.situation() == Situation.RUMOUR;
    if (!deleting) {
      // The driver first: what a check run leaves behind can wait, records cannot.
      steps.addAll(course.steps());
      steps.addAll(judgement.steps());
      List<Step> dismissed = Succession.dismissed(seen, basis, course.situation());
      if (seen.confirmed()) {
        steps.addAll(dismissed);
      } else {
        // It may have been given its turn a moment ago.
        rumour |= !dismissed.isEmpty();
      }
    }
    return new Decision(
        List.copyOf(steps),
        deleting ? memory : course.memory(),
        Conditions.of(seen, judgement, course),
        Conditions.phase(seen, judgement, course),
        course.situation(),
        rumour,
        deleting ? null : earliest(judgement.wake(), course.wake()),
        workingUntil(seen, course));
  }

  /**
   * Hands off: what happens is told, nothing is done, and nothing that was not done is remembered.
   */
  private static Decision paused(
      Observation seen, Memory memory, Judgement judgement, Course course) {
    List<Verdict> conditions = new ArrayList<>(Conditions.of(seen, judgement, course));
    conditions.replaceAll(
        v ->
            v.type() == Verdict.Type.Progressing
                ? new Verdict(
                    v.type(),
                    Verdict.State.False,
                    Reason.Paused.name(),
                    "The annotation tidemark.dev/paused is true: the operator starts and stops nothing. Remove it to go on.",
                    v.generation())
                : v);
    return new Decision(
        List.of(),
        memory,
        List.copyOf(conditions),
        Conditions.phase(seen, judgement, course),
        course.situation(),
        false,
        null,
        workingUntil(seen, course));
  }

  private static Instant workingUntil(Observation seen, Course course) {
    return course.situation() == Situation.RUNNING
        ? seen.progress(course.driver().attempt())
            .map(p -> Situations.freshUntil(seen, p))
            .orElse(null)
        : null;
  }

  private static Instant earliest(Instant a, Instant b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return a.isBefore(b) ? a : b;
  }
}
