package dev.tidemark.operator.core;

import dev.tidemark.operator.core.Memory.Ended;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What to do about the driver: one case per situation. */
final class DriverRules {
  /** Settings of so many attempts are kept, the newest included. */
  static final int KEPT = 3;

  private DriverRules() {}

  static Course course(Observation seen, Judgement judgement, Optional<Basis> basis) {
    Memory memory = judgement.memory();
    Situation situation = Situations.of(seen, memory, basis);
    List<DriverSeen> live = Situations.live(seen);
    DriverSeen driver = live.isEmpty() ? null : live.get(0);
    return switch (situation) {
      case DELETING ->
          told(
              situation,
              driver,
              memory,
              Reason.Deleting,
              "The job is being deleted; its driver finishes its batch and leaves.");
      case PREDECESSOR -> Stops.predecessor(seen, memory);
      case CROWDED -> Stops.crowded(seen, live, memory);
      case LOST -> Stops.lost(seen, Situations.lost(seen).orElseThrow(), memory);
      case STOPPING -> Stops.stopping(seen, driver, memory);
      case UNWANTED ->
          RestoreRules.asked(seen, memory).isPresent()
              ? Stops.stop(situation, seen, driver, memory, Reason.Restoring, Stops.RESTORE)
              : Stops.stop(
                  situation, seen, driver, memory, Reason.Suspended, "the job is suspended");
      case OUTDATED -> Stops.outdated(seen, driver, memory, basis.orElseThrow());
      case ROLL_REFUSED ->
          new Course(
              situation,
              driver,
              memory,
              List.of(),
              memory.rejection().reason().name(),
              "The driver of generation "
                  + driver.made().generation()
                  + " runs on, because the pod of generation "
                  + seen.wanted().generation()
                  + (Succession.hasFailed(memory) ? " cannot start: " : " was refused: ")
                  + Sentence.ended(memory.rejection().message()),
              Chronicle.rollRefusedUntil(seen, memory));
      case CRASH_LOOPING -> Stops.crashLooping(seen, driver, memory);
      case STARTING, RUNNING ->
          DriverReport.course(situation, seen, driver, memory, kept(seen, driver, memory));
      case RESTORING -> Succession.beside(RestoreRules.course(seen, memory), seen, basis);
      case UNRESTORED -> RestoreRules.unrestored(memory);
      case SUSPENDED ->
          told(
              situation,
              null,
              memory,
              Reason.Suspended,
              "The job is suspended: no driver runs, checkpoint and ledger stay. Set suspend: false to go on.");
      case UNJUDGED -> unjudged(judgement, memory);
      case HELD -> held(seen, memory);
      case EXHAUSTED -> exhausted(seen, memory);
      case BACKING_OFF -> backingOff(memory);
      case REJECTED ->
          new Course(
              situation,
              null,
              memory,
              List.of(),
              memory.rejection().reason().name(),
              Sentence.ended(memory.rejection().message()) + " It is tried again.",
              Chronicle.refusedUntil(seen, memory));
      case RUMOUR ->
          told(situation, null, memory, Reason.WaitingForDriver, "Looking for the driver pod.");
      case DUE -> launch(seen, memory, basis.orElseThrow());
    };
  }

  static Course told(
      Situation situation, DriverSeen driver, Memory memory, Reason reason, String message) {
    return new Course(situation, driver, memory, List.of(), reason.name(), message, null);
  }

  private static Course unjudged(Judgement judgement, Memory memory) {
    return new Course(
        Situation.UNJUDGED,
        null,
        memory,
        List.of(),
        judgement.reason(),
        judgement.message(),
        judgement.wake());
  }

  private static Course held(Observation seen, Memory memory) {
    Ended ended = memory.ended();
    String what =
        "The driver of attempt " + ended.attempt() + " stopped: " + Sentence.ended(ended.message());
    return new Course(
        Situation.HELD,
        null,
        memory,
        List.of(),
        ended.reason(),
        what
            + (ended.retryable()
                ? " It is tried again within " + Backoff.RETRY_CAP.toSeconds() + " seconds."
                : " It is started again when the spec or restartNonce changes."),
        ended.retryable() ? Situations.heldUntil(seen, ended) : null);
  }

  private static Course exhausted(Observation seen, Memory memory) {
    String rule =
        seen.wanted().restart().always()
            ? "restart.limit is " + seen.wanted().restart().limit()
            : "restart.policy is Never";
    return told(
        Situation.EXHAUSTED,
        null,
        memory,
        Reason.RestartLimitReached,
        "The driver failed "
            + memory.failures()
            + " times in a row and "
            + rule
            + "; last: "
            + memory.ended().reason()
            + ", "
            + Sentence.ended(memory.ended().message())
            + " Remove the cause, then change restartNonce.");
  }

  private static Course backingOff(Memory memory) {
    return new Course(
        Situation.BACKING_OFF,
        null,
        memory,
        List.of(),
        Reason.BackingOff.name(),
        "The driver of attempt "
            + memory.ended().attempt()
            + " ended with "
            + memory.ended().reason()
            + ": "
            + Sentence.ended(memory.ended().message())
            + " The next one starts at "
            + memory.notBefore()
            + ".",
        memory.notBefore());
  }

  private static Course launch(Observation seen, Memory memory, Basis basis) {
    Optional<SuccessorSeen> heir = Succession.heir(seen, basis);
    int attempt = heir.map(h -> h.pod().attempt()).orElse(memory.attempt() + 1);
    Ended ended = memory.ended();
    DriverPlan.Previous previous = previous(memory);
    boolean newSpec = ended != null && ended.generation() != seen.wanted().generation();
    Memory after = (newSpec ? memory.counted(0, 0, memory.restarts()) : memory).launched(attempt);
    String sentence =
        (heir.isPresent() ? "It is the turn of driver pod " : "Starting driver pod ")
            + seen.job().driver(attempt)
            + (ended == null
                ? "."
                : ": attempt "
                    + ended.attempt()
                    + " ended with "
                    + ended.reason()
                    + (ended.message().isBlank() ? "." : ": " + Sentence.ended(ended.message())));
    boolean recovery = ended != null && recovers(ended.reason());
    String reason = (recovery ? Reason.Recovering : Reason.Starting).name();
    Action action =
        heir.isPresent()
            ? new Action.GiveTurn(attempt, previous)
            : new Action.LaunchDriver(basis.plan(seen, attempt, previous));
    return new Course(
        Situation.DUE,
        null,
        after,
        List.of(new Step(action, reason, sentence, recovery)),
        reason,
        sentence,
        null);
  }

  private static DriverPlan.Previous previous(Memory memory) {
    Ended ended = memory.ended();
    return ended == null ? null : new DriverPlan.Previous(ended.reason(), ended.at());
  }

  /** True when nobody asked for the end that the next start follows. */
  static boolean recovers(String endReason) {
    return switch (Reason.kindOf(endReason)) {
      case STOP, WAIT, FAILURE -> true;
      case END -> false;
      case OPERATOR ->
          endReason.equals(Reason.DriverPodDeleted.name())
              || endReason.equals(Reason.DriverPodEvicted.name());
    };
  }

  /**
   * House-keeping once a driver is there: what it needs is there, ended pods and old settings go.
   */
  private static List<Step> kept(Observation seen, DriverSeen current, Memory memory) {
    List<Step> steps = new ArrayList<>();
    if (current.successor() && seen.turn() != current.attempt()) {
      steps.add(Step.quiet(new Action.GiveTurn(current.attempt(), previous(memory))));
    }
    if (!seen.leaseThere()) {
      steps.add(Step.quiet(new Action.RestoreLease()));
    }
    seen.drivers().stream()
        .filter(d -> !d.live() && !d.leaving() && (!d.ours() || d.attempt() < current.attempt()))
        .sorted(Comparator.comparingInt(DriverSeen::attempt).reversed())
        .skip(1)
        .forEach(d -> steps.add(Step.quiet(new Action.RemoveDriver(d.pod(), d.podUid()))));
    seen.recorded().stream()
        .filter(r -> r.attempt() < current.attempt())
        .sorted(Comparator.comparingInt(Recorded::attempt).reversed())
        .skip(KEPT - 1)
        .forEach(r -> steps.add(Step.quiet(new Action.ForgetSettings(r.attempt()))));
    return steps;
  }
}
