package dev.tidemark.operator.core;

import dev.tidemark.operator.core.Memory.Leaving;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which drivers are sent away, why, and what is waited for. */
final class Stops {
  /** How long a driver that was told to leave may look as if it had not heard. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Why a driver leaves before a restore. */
  static final String RESTORE = "a backup is to be restored";

  private Stops() {}

  static Course predecessor(Observation seen, Memory memory) {
    List<DriverSeen> there = seen.drivers().stream().filter(d -> !d.ours() && d.live()).toList();
    List<Step> steps = new ArrayList<>();
    for (DriverSeen driver : there) {
      if (!driver.leaving()) {
        steps.add(
            new Step(
                new Action.StopDriver(driver.pod(), driver.podUid()),
                Reason.WaitingForPredecessor.name(),
                "Stopping driver pod "
                    + driver.pod()
                    + ": it belongs to a deleted job of the same name.",
                false));
      }
    }
    return new Course(
        Situation.PREDECESSOR,
        null,
        memory,
        steps,
        Reason.WaitingForPredecessor.name(),
        "Waiting until driver pod "
            + there.get(0).pod()
            + " of a deleted job of the same name is gone.",
        Situations.nextLoss(seen));
  }

  static Course crowded(Observation seen, List<DriverSeen> live, Memory memory) {
    List<Step> steps = new ArrayList<>();
    for (DriverSeen driver : live.subList(1, live.size())) {
      if (!driver.leaving()) {
        steps.add(
            new Step(
                new Action.StopDriver(driver.pod(), driver.podUid()),
                Reason.WaitingForDriver.name(),
                "Stopping driver pod "
                    + driver.pod()
                    + ": "
                    + live.get(0).pod()
                    + " is the job's driver.",
                true));
      }
    }
    return new Course(
        Situation.CROWDED,
        live.get(0),
        memory,
        steps,
        Reason.WaitingForDriver.name(),
        "Waiting until driver pod " + live.get(1).pod() + " is gone.",
        Situations.nextLoss(seen));
  }

  /**
   * Its node may be gone for good, or come back with a driver that knows of nothing. The next one
   * takes its epoch, so it is not waited for.
   */
  static Course lost(Observation seen, DriverSeen driver, Memory memory) {
    String sentence =
        "Driver pod "
            + driver.pod()
            + " is given up, because its node does not answer. The next driver takes the next epoch: whatever still runs"
            + " there can commit nothing.";
    Optional<Leaving> known = memory.leavingOf(driver.attempt()).filter(l -> driver.ours());
    boolean given = known.map(l -> l.reason().equals(Reason.NodeLost.name())).orElse(false);
    Action abandon = new Action.AbandonDriver(driver.pod(), driver.podUid());
    boolean last = driver.ours() && driver.attempt() == memory.launched();
    return new Course(
        Situation.LOST,
        driver,
        last
            ? memory.leaving(new Leaving(driver.attempt(), Reason.NodeLost.name(), seen.now()))
            : memory,
        List.of(
            given
                ? Step.quiet(abandon)
                : new Step(abandon, Reason.NodeLost.name(), sentence, true)),
        Reason.NodeLost.name(),
        sentence,
        seen.now().plus(PATIENCE));
  }

  static Course stopping(Observation seen, DriverSeen driver, Memory memory) {
    String why = memory.leavingOf(driver.attempt()).map(l -> " (" + l.reason() + ")").orElse("");
    return new Course(
        Situation.STOPPING,
        driver,
        memory,
        List.of(),
        Reason.WaitingForDriver.name(),
        "Driver pod "
            + driver.pod()
            + " is finishing its batch"
            + why
            + "; no other is started before it is gone.",
        Situations.nextLoss(seen));
  }

  static Course stop(
      Situation situation,
      Observation seen,
      DriverSeen driver,
      Memory memory,
      Reason reason,
      String why) {
    return stopFor(situation, seen, driver, memory, reason.name(), why, false);
  }

  private static Course stopFor(
      Situation situation,
      Observation seen,
      DriverSeen driver,
      Memory memory,
      String reason,
      String why,
      boolean warning) {
    String sentence = "Stopping driver pod " + driver.pod() + " after its batch: " + why + ".";
    Optional<Instant> heardBy = memory.leavingOf(driver.attempt()).map(l -> l.at().plus(PATIENCE));
    if (heardBy.isPresent() && seen.now().isBefore(heardBy.get())) {
      return new Course(situation, driver, memory, List.of(), reason, sentence, heardBy.get());
    }
    Action stop = new Action.StopDriver(driver.pod(), driver.podUid());
    return new Course(
        situation,
        driver,
        memory.leaving(new Leaving(driver.attempt(), reason, seen.now())),
        List.of(heardBy.isPresent() ? Step.quiet(stop) : new Step(stop, reason, sentence, warning)),
        reason,
        sentence,
        seen.now().plus(PATIENCE));
  }

  static Course outdated(Observation seen, DriverSeen driver, Memory memory, Basis basis) {
    boolean restore = RestoreRules.asked(seen, memory).isPresent();
    Reason cause = restore ? Reason.Restoring : basis.outdated(driver).orElseThrow();
    String why =
        switch (cause) {
          case Restoring -> RESTORE;
          case RestartRequested -> "restartNonce changed";
          case DefinitionChanged ->
              "generation " + seen.wanted().generation() + " changes what the job computes";
          default -> "generation " + seen.wanted().generation() + " changes its settings";
        };
    if (memory.leavingOf(driver.attempt()).isEmpty() && Situations.commits(seen, driver)) {
      Optional<Course> first = relieved(seen, driver, memory, basis, cause, why);
      if (first.isPresent()) {
        return first.get();
      }
    }
    Course stop = stop(Situation.OUTDATED, seen, driver, memory, cause, why);
    if (stop.steps().isEmpty()) {
      return stop;
    }
    List<Step> steps = new ArrayList<>(stop.steps());
    if (Succession.heir(seen, basis).isEmpty()) {
      DriverPlan next = basis.plan(seen, memory.attempt() + 1, null);
      steps.add(0, Step.quiet(new Action.TryDriver(next)));
    }
    return new Course(
        stop.situation(),
        driver,
        stop.memory().rejected(null),
        steps,
        stop.reason(),
        stop.message(),
        stop.wake());
  }

  /** A driver that works goes on until the one that replaces it is ready, if that can be had. */
  private static Optional<Course> relieved(
      Observation seen, DriverSeen driver, Memory memory, Basis basis, Reason cause, String why) {
    Optional<DriverPlan> plan = Succession.wanted(seen, memory, basis);
    if (plan.isPresent()) {
      DriverPlan next = plan.get();
      String sentence = relief(seen.job().driver(next.attempt()), driver, why);
      return Optional.of(
          new Course(
              Situation.OUTDATED,
              driver,
              Succession.tried(seen, memory.numbered(next.attempt(), memory.launched())),
              List.of(new Step(new Action.PrepareDriver(next), cause.name(), sentence, false)),
              cause.name(),
              sentence,
              null));
    }
    Optional<SuccessorSeen> heir = Succession.heir(seen, basis);
    return heir.map(h -> Succession.awaitedUntil(seen, h))
        .map(
            until ->
                new Course(
                    Situation.OUTDATED,
                    driver,
                    memory,
                    List.of(),
                    cause.name(),
                    relief(heir.get().pod().pod(), driver, why),
                    until));
  }

  private static String relief(String successor, DriverSeen driver, String why) {
    return "Driver pod "
        + successor
        + " gets ready to take over from "
        + driver.pod()
        + ": "
        + why
        + ".";
  }

  /**
   * The kubelet would wait longer each time, for this pod only: a new pod starts with a clean
   * slate.
   */
  static Course crashLooping(Observation seen, DriverSeen driver, Memory memory) {
    String reason = driver.ending() == null ? Reason.CrashLoop.name() : driver.ending().reason();
    String why =
        "its container was restarted "
            + driver.containerRestarts()
            + " times and the kubelet waits longer each time; a new pod takes over";
    return stopFor(Situation.CRASH_LOOPING, seen, driver, memory, reason, why, true);
  }
}
