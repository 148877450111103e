package dev.tidemark.operator.core;

import dev.tidemark.operator.core.Judgement.Stand;
import dev.tidemark.operator.core.Memory.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether the definition the spec asks for may run, and the check runs that find out. */
final class CheckRules {
  private CheckRules() {}

  /**
   * The image the job runs: what the spec says, else what was recorded, else the operator's
   * default.
   */
  static String image(Observation seen, Memory memory) {
    if (seen.wanted().image() != null) {
      return seen.wanted().image();
    }
    if (memory.image() != null) {
      return memory.image();
    }
    return newest(seen).map(r -> r.made().image()).orElse(seen.defaultImage());
  }

  /** The newest recorded attempt. */
  static Optional<Recorded> newest(Observation seen) {
    return seen.recorded().stream().reduce((a, b) -> a.attempt() >= b.attempt() ? a : b);
  }

  /** Its number; 0 when there is none. */
  static int last(Observation seen) {
    return newest(seen).map(Recorded::attempt).orElse(0);
  }

  static Judgement judge(Observation seen, Memory memory) {
    Fingerprint wanted = seen.wanted().fingerprint(image(seen, memory));
    String name = CheckName.of(seen.job().name(), wanted);
    if (ran(seen, memory, wanted)) {
      Memory kept =
          wanted.key().equals(memory.accepted()) && memory.refusal() == null
              ? memory
              : memory.accepted(wanted.key());
      return new Judgement(Stand.ACCEPTED, kept, others(seen, ""), "", "", null);
    }
    Optional<CheckSeen> check =
        seen.checks().stream().filter(c -> c.ours() && c.pod().equals(name)).findFirst();
    boolean fresh = check.isPresent() && !check.get().leaving();
    if (fresh && check.get().ending() != null && check.get().ending().accepted()) {
      return new Judgement(
          Stand.ACCEPTED, memory.accepted(wanted.key()), others(seen, ""), "", "", null);
    }
    if (seen.wanted().suspend()) {
      return new Judgement(
          Stand.UNASKED, memory, others(seen, ""), Reason.Suspended.name(), "", null);
    }
    if (fresh && check.get().ending() == null) {
      return running(seen, memory, check.get(), name);
    }
    return answered(seen, memory, wanted, check, name);
  }

  /**
   * True when the newest attempt was made of this definition and image: only accepted ones get an
   * attempt. An older attempt proves nothing: the state has moved on to another definition since.
   */
  private static boolean ran(Observation seen, Memory memory, Fingerprint wanted) {
    return wanted.key().equals(memory.accepted())
        || Stream.concat(
                seen.recorded().stream(),
                seen.drivers().stream()
                    .filter(DriverSeen::ours)
                    .map(d -> new Recorded(d.attempt(), d.made(), null)))
            .max(Comparator.comparingInt(Recorded::attempt))
            .filter(newest -> same(newest.made(), wanted))
            .isPresent();
  }

  /** A newer operator may render another digest from the same spec: the spec decides. */
  private static boolean same(Fingerprint made, Fingerprint wanted) {
    return made.image().equals(wanted.image())
        && (made.definition().equals(wanted.definition())
            || made.specHash().equals(wanted.specHash()));
  }

  private static Judgement running(Observation seen, Memory memory, CheckSeen check, String name) {
    Instant glance = seen.now().plus(DriverReport.GLANCE);
    if (check.problem() != null) {
      return new Judgement(
          Stand.CHECKING,
          memory,
          others(seen, name),
          check.problem().reason().name(),
          "The check run " + name + " does not start: " + Sentence.ended(check.problem().message()),
          glance);
    }
    return pending(
        memory,
        known(memory, seen.wanted().fingerprint(image(seen, memory))),
        others(seen, name),
        "The check run " + name + " is judging generation " + seen.wanted().generation() + ".",
        glance);
  }

  private static Optional<Refusal> known(Memory memory, Fingerprint wanted) {
    return Optional.ofNullable(memory.refusal())
        .filter(r -> r.key().equals(wanted.key()) && r.generation() == wanted.generation());
  }

  /**
   * No check run is under way: either there is an answer, which is no, or one has to be asked for.
   */
  private static Judgement answered(
      Observation seen, Memory memory, Fingerprint wanted, Optional<CheckSeen> check, String name) {
    Optional<Refusal> known = known(memory, wanted);
    Optional<Ending> answer =
        check
            .filter(c -> !c.leaving() && c.generation() == wanted.generation())
            .map(CheckSeen::ending);
    if (answer.isPresent() && (known.isEmpty() || !says(known.get(), answer.get()))) {
      Ending no = answer.get();
      int tries = known.map(Refusal::tries).orElse(1);
      boolean retryable = no.retryable() || Reason.kindOf(no.reason()) != Reason.Kind.STOP;
      Refusal refusal =
          new Refusal(
              wanted.key(),
              wanted.generation(),
              no.reason(),
              no.message(),
              retryable,
              tries,
              seen.now());
      return refused(seen, memory.refused(refusal), refusal, name);
    }
    if (known.isPresent()
        && (!known.get().retryable() || seen.now().isBefore(retryAt(seen, known.get())))) {
      return refused(seen, memory, known.get(), name);
    }
    if (check.isPresent()) {
      // The name must be free before the same definition can be judged again. One that is leaving
      // is removed too: its node may not answer, and a check run has nothing to finish.
      List<Step> steps = new ArrayList<>(others(seen, name));
      steps.add(Step.quiet(new Action.RemoveCheck(check.get().pod(), check.get().podUid())));
      return pending(
          memory,
          known,
          steps,
          "Generation " + wanted.generation() + " is about to be judged by a check run.",
          null);
    }
    return start(seen, memory, wanted, known, name);
  }

  private static boolean says(Refusal refusal, Ending answer) {
    return refusal.reason().equals(answer.reason()) && refusal.message().equals(answer.message());
  }

  private static Instant retryAt(Observation seen, Refusal refusal) {
    return Backoff.retryAt(refusal.at(), refusal.tries(), Backoff.RETRY_CAP, seen.job().uid());
  }

  private static Judgement refused(Observation seen, Memory memory, Refusal refusal, String name) {
    String message =
        sentence(refusal)
            + (refusal.retryable()
                ? " It is checked again within " + Backoff.RETRY_CAP.toSeconds() + " seconds."
                : " Change the spec.");
    return new Judgement(
        Stand.REFUSED,
        memory,
        others(seen, name),
        refusal.reason(),
        message,
        refusal.retryable() ? retryAt(seen, refusal) : null);
  }

  private static String sentence(Refusal refusal) {
    return "The check run refused generation "
        + refusal.generation()
        + ": "
        + Sentence.ended(refusal.message());
  }

  private static Judgement start(
      Observation seen, Memory memory, Fingerprint wanted, Optional<Refusal> known, String name) {
    Instant refusedUntil = Chronicle.refusedUntil(seen, memory);
    if (refusedUntil != null && seen.now().isBefore(refusedUntil)) {
      return new Judgement(
          Stand.CHECKING,
          memory,
          others(seen, name),
          memory.rejection().reason().name(),
          "The check run "
              + name
              + " could not be created: "
              + Sentence.ended(memory.rejection().message()),
          refusedUntil);
    }
    String sentence =
        "Starting the check run "
            + name
            + " for generation "
            + wanted.generation()
            + " with image "
            + wanted.image()
            + ".";
    List<Step> steps = new ArrayList<>(others(seen, name));
    Action check = new Action.StartCheck(new CheckPlan(name, wanted, last(seen)));
    // People were told of the first one, and see the refusal until another verdict is there.
    steps.add(
        known.isPresent()
            ? Step.quiet(check)
            : new Step(check, Reason.Checking.name(), sentence, false));
    Memory asking =
        known
            .map(
                r ->
                    memory.refused(
                        new Refusal(
                            r.key(),
                            r.generation(),
                            r.reason(),
                            r.message(),
                            r.retryable(),
                            r.tries() + 1,
                            seen.now())))
            .orElse(memory);
    return pending(asking.rejected(null), known, steps, sentence, null);
  }

  /** While a refused definition is judged again, the refusal is what people see. */
  private static Judgement pending(
      Memory memory, Optional<Refusal> known, List<Step> steps, String sentence, Instant wake) {
    if (known.isPresent()) {
      return new Judgement(
          Stand.REFUSED,
          memory,
          steps,
          known.get().reason(),
          sentence(known.get()) + " It is being checked again.",
          wake);
    }
    return new Judgement(Stand.CHECKING, memory, steps, Reason.Checking.name(), sentence, wake);
  }

  /** Check runs nobody waits for any more. */
  private static List<Step> others(Observation seen, String keep) {
    return seen.checks().stream()
        .filter(c -> !c.pod().equals(keep) || !c.ours())
        .filter(c -> !c.leaving())
        .map(c -> Step.quiet(new Action.RemoveCheck(c.pod(), c.podUid())))
        .toList();
  }
}
