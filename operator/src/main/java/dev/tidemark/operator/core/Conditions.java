package dev.tidemark.operator.core;

import dev.tidemark.operator.core.Verdict.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The conditions and the phase that tell people where a job stands. */
final class Conditions {
  private Conditions() {}

  static List<Verdict> of(Observation seen, Judgement judgement, Course course) {
    List<Verdict> all = new ArrayList<>();
    all.add(ready(seen, judgement, course));
    all.add(progressing(seen, judgement, course));
    all.add(stalled(seen, judgement, course));
    all.add(checkpoint(seen, course));
    RestoreRules.verdict(seen, course).ifPresent(all::add);
    return List.copyOf(all);
  }

  /**
   * Ready speaks of the generation that runs: while another one is judged, or after it was refused,
   * the driver before still commits and Ready stays True, with the older generation beside it. Who
   * waits for the new one waits on.
   */
  private static Verdict ready(Observation seen, Judgement judgement, Course course) {
    long generation = seen.wanted().generation();
    boolean current = course.driver() != null && current(seen, judgement, course.driver());
    boolean commits = course.driver() != null && committing(seen, course);
    if (commits && current) {
      return new Verdict(
          Verdict.Type.Ready, State.True, course.reason(), course.message(), generation);
    }
    if (commits) {
      String why =
          judgement.stand() == Judgement.Stand.ACCEPTED ? course.message() : judgement.message();
      return new Verdict(
          Verdict.Type.Ready,
          State.True,
          Reason.PreviousRevisionRunning.name(),
          "Generation " + course.driver().made().generation() + " goes on committing. " + why,
          Math.min(course.driver().made().generation(), generation - 1));
    }
    boolean judged = judgement.stand() == Judgement.Stand.REFUSED && course.driver() == null;
    return new Verdict(
        Verdict.Type.Ready,
        State.False,
        judged ? judgement.reason() : course.reason(),
        judged ? judgement.message() : course.message(),
        generation);
  }

  private static boolean current(Observation seen, Judgement judgement, DriverSeen driver) {
    return judgement.stand() == Judgement.Stand.ACCEPTED
        && driver.made().specHash().equals(seen.wanted().specHash())
        && driver.made().restartNonce().equals(seen.wanted().restartNonce());
  }

  private static boolean committing(Observation seen, Course course) {
    return switch (course.situation()) {
      case RUNNING, OUTDATED, ROLL_REFUSED -> Situations.commits(seen, course.driver());
      case DELETING, PREDECESSOR, CROWDED, LOST, STOPPING, UNWANTED, CRASH_LOOPING, STARTING ->
          false;
      case RESTORING, UNRESTORED, SUSPENDED, UNJUDGED, HELD, EXHAUSTED, BACKING_OFF -> false;
      case REJECTED, RUMOUR, DUE -> false;
    };
  }

  private static Verdict progressing(Observation seen, Judgement judgement, Course course) {
    long generation = seen.wanted().generation();
    if (stalledBy(judgement, course).isPresent()) {
      Why why = stalledBy(judgement, course).get();
      return new Verdict(
          Verdict.Type.Progressing, State.False, why.reason(), why.message(), generation);
    }
    boolean still =
        switch (course.situation()) {
          case RUNNING, SUSPENDED -> true;
          case DELETING,
              PREDECESSOR,
              CROWDED,
              LOST,
              STOPPING,
              UNWANTED,
              OUTDATED,
              ROLL_REFUSED,
              CRASH_LOOPING,
              STARTING ->
              false;
          case RESTORING, UNRESTORED, UNJUDGED, HELD, EXHAUSTED -> false;
          case BACKING_OFF, REJECTED, RUMOUR, DUE -> false;
        };
    boolean judging =
        judgement.stand() == Judgement.Stand.CHECKING
            || judgement.stand() == Judgement.Stand.REFUSED;
    boolean tellJudging = judging && (still || course.situation() == Situation.STARTING);
    return new Verdict(
        Verdict.Type.Progressing,
        still && !judging ? State.False : State.True,
        tellJudging ? judgement.reason() : course.reason(),
        tellJudging ? judgement.message() : course.message(),
        generation);
  }

  private static Verdict stalled(Observation seen, Judgement judgement, Course course) {
    long generation = seen.wanted().generation();
    return stalledBy(judgement, course)
        .map(
            why ->
                new Verdict(
                    Verdict.Type.Stalled, State.True, why.reason(), why.message(), generation))
        .orElseGet(
            () ->
                new Verdict(
                    Verdict.Type.Stalled,
                    State.False,
                    course.reason(),
                    "Nothing waits for a person.",
                    generation));
  }

  /** What only a person, or somebody outside, can mend. */
  static Optional<Why> stalledBy(Judgement judgement, Course course) {
    boolean stuck =
        switch (course.situation()) {
          case HELD, UNRESTORED, EXHAUSTED, ROLL_REFUSED -> true;
          case DELETING,
              PREDECESSOR,
              CROWDED,
              LOST,
              STOPPING,
              UNWANTED,
              OUTDATED,
              CRASH_LOOPING,
              STARTING ->
              false;
          case RUNNING, RESTORING, SUSPENDED, UNJUDGED, BACKING_OFF, REJECTED, RUMOUR, DUE -> false;
        };
    if (judgement.stand() == Judgement.Stand.REFUSED
        && Reason.kindOf(judgement.reason()) == Reason.Kind.STOP) {
      return Optional.of(new Why(judgement.reason(), judgement.message()));
    }
    return stuck ? Optional.of(new Why(course.reason(), course.message())) : Optional.empty();
  }

  private static Verdict checkpoint(Observation seen, Course course) {
    long generation = seen.wanted().generation();
    ProgressSeen progress = seen.progress();
    String reason = course.reason();
    if (course.situation() == Situation.HELD
        && (reason.equals(Reason.CheckpointLost.name())
            || reason.equals(Reason.CheckpointDamaged.name())
            || reason.equals(Reason.OwnerRecordMissing.name())
            || reason.equals(Reason.CheckpointDiverged.name())
            || reason.equals(Reason.LedgerBehindCheckpoint.name()))) {
      return new Verdict(
          Verdict.Type.CheckpointHealthy, State.False, reason, course.message(), generation);
    }
    if (progress == null || progress.checkpointAt() == null) {
      return new Verdict(
          Verdict.Type.CheckpointHealthy,
          State.Unknown,
          Reason.NoCheckpointYet.name(),
          "The driver has not reported a checkpoint yet.",
          generation);
    }
    if (progress.checkpointBehind()) {
      return new Verdict(
          Verdict.Type.CheckpointHealthy,
          State.False,
          Reason.CheckpointBehind.name(),
          "The newest checkpoint is older than ten batch intervals: the store is too slow for this interval."
              + " Nothing is lost; a recovery repeats more. Make batchInterval longer or the store faster.",
          generation);
    }
    return new Verdict(
        Verdict.Type.CheckpointHealthy,
        State.True,
        Reason.CheckpointWritten.name(),
        "Checkpoints are written as the batches go.",
        generation);
  }

  static Phase phase(Observation seen, Judgement judgement, Course course) {
    boolean recovery =
        course.memory().ended() != null && DriverRules.recovers(course.memory().ended().reason());
    Phase way = recovery ? Phase.Recovering : Phase.Starting;
    return switch (course.situation()) {
      case DELETING -> Phase.Deleting;
      case SUSPENDED -> Phase.Suspended;
      case HELD, UNRESTORED, EXHAUSTED -> Phase.Failed;
      case PREDECESSOR -> Phase.Pending;
      case UNJUDGED -> stalledBy(judgement, course).isPresent() ? Phase.Failed : Phase.Pending;
      case RUNNING, UNWANTED -> Phase.Running;
      case OUTDATED, ROLL_REFUSED ->
          Situations.commits(seen, course.driver()) ? Phase.Running : way;
      case STARTING ->
          seen.progress(course.driver().attempt()).map(p -> p.batches() > 0).orElse(false)
              ? Phase.Recovering
              : way;
      case STOPPING -> stopping(seen, course);
      case CROWDED, LOST, CRASH_LOOPING, BACKING_OFF, RESTORING -> Phase.Recovering;
      case REJECTED, RUMOUR, DUE -> way;
    };
  }

  private static Phase stopping(Observation seen, Course course) {
    if (seen.wanted().suspend()) {
      return Phase.Running; // it finishes its batch; Suspended says that no driver does anything
    }
    Memory.Leaving leaving = course.memory().leaving();
    return leaving != null && !DriverRules.recovers(leaving.reason())
        ? Phase.Starting
        : Phase.Recovering;
  }
}
