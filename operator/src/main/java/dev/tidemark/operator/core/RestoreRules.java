package dev.tidemark.operator.core;

import dev.tidemark.operator.core.Memory.Ended;
import dev.tidemark.operator.core.Memory.Restore;
import dev.tidemark.operator.core.backup.RunProgress;
import dev.tidemark.operator.core.backup.RunReport;
import dev.tidemark.operator.core.backup.RunSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Going back to a backup: the driver is stopped, a run puts the backup in the place of the
 * checkpoint, and the driver starts from it. Whatever becomes of the run, the driver starts again:
 * a restore that failed has left everything as it was.
 */
final class RestoreRules {
  private static final Duration LONG_AGO = Duration.ofMinutes(10);

  private RestoreRules() {}

  /** What spec.restore asks for and was not answered yet. */
  static Optional<RestorePlan> asked(Observation seen, Memory memory) {
    String wanted = seen.wanted().restore();
    return wanted == null || wanted.equals(memory.restore().answered())
        ? Optional.empty()
        : Optional.of(new RestorePlan(wanted, false));
  }

  /** What a lost checkpoint asks for, once for each attempt that has found it lost. */
  static Optional<RestorePlan> rescue(Observation seen, Memory memory) {
    Ended ended = memory.ended();
    boolean lost =
        ended != null
            && ended.held()
            && (ended.reason().equals(Reason.CheckpointLost.name())
                || ended.reason().equals(Reason.CheckpointDamaged.name())
                || ended.reason().equals(Reason.OwnerRecordMissing.name()));
    return lost && seen.wanted().restoreWhenLost() && helps(seen, memory)
        ? Optional.of(new RestorePlan(rescueId(ended), true))
        : Optional.empty();
  }

  /** True while a restore runs, also one that nobody wants any more: no driver starts beside it. */
  static boolean underWay(Observation seen) {
    return seen.restores().stream().anyMatch(r -> r.run().state() == RunSeen.State.ACTIVE);
  }

  /** True for a job that never ran and could not have the backup it is to begin with. */
  static boolean beginsWithout(Observation seen, Memory memory) {
    Memory.LastRestore last = memory.restore().last();
    return memory.attempt() == 0
        && last != null
        && !last.completed()
        && last.requestId().equals(seen.wanted().restore());
  }

  /** What is to be done now; empty for nothing. */
  static Optional<RestorePlan> due(Observation seen, Memory memory) {
    return asked(seen, memory).or(() -> rescue(seen, memory));
  }

  /** Never the same for two losses, not even of two jobs of the same name. */
  private static String rescueId(Ended ended) {
    return "lost-" + ended.attempt() + "-" + ended.at().getEpochSecond();
  }

  /**
   * False where the attempt that followed a rescue has found nothing either before it committed
   * anything: another backup would not change that. A rescue that failed may be asked for again,
   * with another attempt.
   */
  private static boolean helps(Observation seen, Memory memory) {
    Ended ended = memory.ended();
    int rescued = memory.restore().rescued();
    if (ended.attempt() != rescued + 1 || !rescuedInVain(memory)) {
      return ended.attempt() > rescued;
    }
    return ended.at().isAfter(memory.restore().last().completedAt().plus(LONG_AGO))
        || seen.progress(ended.attempt()).map(p -> p.batches() > 0).orElse(false);
  }

  private static boolean rescuedInVain(Memory memory) {
    Memory.LastRestore last = memory.restore().last();
    return last != null && last.completed() && last.completedAt() != null;
  }

  /** Takes note of a run that has ended. */
  static Memory fold(Observation seen, Memory memory) {
    Optional<RestorePlan> plan = due(seen, memory);
    Optional<RunSeen> run =
        plan.map(p -> seen.restore(p.requestId())).filter(r -> r.state() == RunSeen.State.ENDED);
    if (run.isEmpty()) {
      return memory;
    }
    Memory noted = memory.restored(answered(memory, plan.get(), run.get()));
    boolean done = run.get().report().completed();
    return plan.get().rescue() && done ? noted.released() : noted;
  }

  private static Restore answered(Memory memory, RestorePlan plan, RunSeen run) {
    RunReport report = run.report();
    RunReport.Restored restored = report.restored();
    Memory.LastRestore last =
        new Memory.LastRestore(
            plan.requestId(),
            report.completed(),
            report.backup() == null ? null : report.backup().name(),
            restored == null ? 0 : restored.epoch(),
            restored == null ? null : restored.safetyBackup(),
            report.reason(),
            report.message(),
            run.startedAt(),
            run.endedAt());
    return plan.rescue()
        ? new Restore(memory.restore().answered(), memory.ended().attempt(), last)
        : new Restore(plan.requestId(), memory.restore().rescued(), last);
  }

  static Course course(Observation seen, Memory memory) {
    Optional<RestorePlan> due = due(seen, memory);
    boolean waits =
        underWay(seen)
            && due.map(p -> seen.restore(p.requestId()).state() != RunSeen.State.ACTIVE)
                .orElse(true);
    if (waits) {
      return told(
          memory,
          List.of(),
          Why.of(
              Reason.Restoring, "No driver runs: a restore that was asked for before still does."),
          null);
    }
    RestorePlan plan = due.orElseThrow();
    RunSeen run = seen.restore(plan.requestId());
    String what =
        plan.rescue()
            ? "the checkpoint is lost, and the newest good backup is put in its place"
            : "a backup is put in the place of the checkpoint (request " + plan.requestId() + ")";
    String sentence = "No driver runs: " + what + ".";
    if (run.state() != RunSeen.State.ABSENT) {
      return told(
          memory,
          List.of(),
          run.problem() == null
              ? Why.of(Reason.Restoring, sentence + said(run.progress()))
              : Why.of(
                  run.problem().reason(),
                  sentence + " Its pod does not start: " + Sentence.ended(run.problem().message())),
          run.state() == RunSeen.State.ACTIVE ? seen.now().plus(RunProgress.ASKED_AGAIN) : null);
    }
    Instant refusedUntil = Chronicle.refusedUntil(seen, memory);
    if (refusedUntil != null && seen.now().isBefore(refusedUntil)) {
      return told(
          memory,
          List.of(),
          Why.of(
              memory.rejection().reason(),
              Sentence.ended(memory.rejection().message()) + " It is tried again."),
          refusedUntil);
    }
    Step step =
        new Step(new Action.StartRestore(plan), Reason.Restoring.name(), sentence, plan.rescue());
    return told(memory, List.of(step), Why.of(Reason.Restoring, sentence), null);
  }

  private static String said(RunProgress progress) {
    return progress == null ? "" : " " + progress.sentence();
  }

  /** Waits for a person. */
  static Course unrestored(Memory memory) {
    return new Course(
        Situation.UNRESTORED,
        null,
        memory,
        List.of(),
        memory.restore().last().reason(),
        "No driver runs: the job is to begin with a backup that could not be had: "
            + Sentence.ended(memory.restore().last().message())
            + " Ask again with another restore.requestId, or take spec.restore away to begin without.",
        null);
  }

  private static Course told(Memory memory, List<Step> steps, Why why, Instant wake) {
    return new Course(Situation.RESTORING, null, memory, steps, why.reason(), why.message(), wake);
  }

  /** The condition RestoreCompleted; empty while no restore was ever asked for. */
  static Optional<Verdict> verdict(Observation seen, Course course) {
    Memory memory = course.memory();
    Optional<RestorePlan> plan = due(seen, memory);
    if (plan.isPresent()) {
      return Optional.of(
          said(
              seen,
              Verdict.State.Unknown,
              Reason.Restoring.name(),
              "Request "
                  + plan.get().requestId()
                  + " is not carried out yet: "
                  + course.message()));
    }
    Memory.LastRestore last = memory.restore().last();
    if (last == null) {
      return Optional.empty();
    }
    return Optional.of(
        last.completed()
            ? said(
                seen,
                Verdict.State.True,
                Reason.RestoreCompleted.name(),
                "Request "
                    + last.requestId()
                    + " is carried out: "
                    + Sentence.ended(last.message()))
            : said(
                seen,
                Verdict.State.False,
                last.reason(),
                "Request "
                    + last.requestId()
                    + " could not be carried out, and the job is as it was: "
                    + Sentence.ended(last.message())));
  }

  private static Verdict said(
      Observation seen, Verdict.State state, String reason, String message) {
    return new Verdict(
        Verdict.Type.RestoreCompleted, state, reason, message, seen.wanted().generation());
  }
}
