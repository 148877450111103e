package dev.tidemark.operator.core.backup;

import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.Verdict;
import dev.tidemark.operator.core.backup.BackupDecision.Event;
import dev.tidemark.operator.core.backup.BackupSeen.State;
import dev.tidemark.operator.core.backup.ScheduleDecision.Create;
import dev.tidemark.operator.core.backup.ScheduleDecision.Look;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Optional;

/**
 * When a backup is due, and how the backups of a job are. An instant that has come is dealt with
 * exactly once: its backup is made, or it is skipped and counted. After a time without an operator
 * only the newest of those that have passed is made up for.
 */
public final class ScheduleRules {
  private static final Duration AGAIN = Duration.ofSeconds(30);
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd't'HHmmss'z'").withZone(ZoneOffset.UTC);

  private ScheduleRules() {}

  /** Decides what to do and what to say about the backups of a job. */
  public static ScheduleDecision decide(ScheduleObservation seen) {
    Slots slots = seen.slots();
    boolean idle = !seen.hands() || !seen.scheduled() || seen.suspended() || !seen.stateful();
    if (idle || slots.problem() != null) {
      return plain(seen, null, looked(seen));
    }
    if (slots.due() == null || !seen.begun()) {
      return plain(seen, slots.due() == null ? slots.next() : slots.due(), looked(seen));
    }
    if (seen.now().isBefore(slots.startsAt())) {
      return waking(plain(seen, slots.due(), null), slots.startsAt());
    }
    if (seen.refused() != null) {
      return waking(plain(seen, slots.due(), null), seen.now().plus(AGAIN));
    }
    Optional<BackupSeen> busy =
        seen.backups().stream().filter(b -> b.state() == State.UNDER_WAY).findFirst();
    if (busy.isPresent()) {
      return seen.queue()
          ? plain(seen, slots.due(), null)
          : dealt(
              seen,
              null,
              slots.passed(),
              new Event(
                  Reason.BackupSkipped.name(),
                  "The backup due at "
                      + slots.due()
                      + " is skipped: "
                      + busy.get().name()
                      + " is still being made (concurrencyPolicy: Forbid).",
                  true));
    }
    boolean late = seen.now().isAfter(slots.startsAt().plus(seen.startingDeadline()));
    long missed = slots.passed() - 1 + (late ? 1 : 0);
    Create create = new Create(seen.job() + "-" + NAME.format(slots.due()), slots.due());
    String sentence =
        missed == 0
            ? "Backup " + create.name() + " is due."
            : "Backup " + create.name() + " makes up for " + missed + " that were missed.";
    return dealt(
        seen, create, missed, new Event(Reason.BackupStarted.name(), sentence, missed > 0));
  }

  private static ScheduleDecision dealt(
      ScheduleObservation seen, Create create, long missed, Event event) {
    Slots slots = seen.slots();
    return new ScheduleDecision(
        create,
        null,
        event,
        verdict(seen),
        slots.due(),
        slots.next(),
        seen.lookSlots().next(),
        seen.missed() + missed,
        slots.wake());
  }

  /** Nothing is dealt with but, perhaps, a look; {@code next} is what is shown as next. */
  private static ScheduleDecision plain(ScheduleObservation seen, Instant next, Look look) {
    Slots looks = seen.lookSlots();
    boolean open = looks.due() != null && look == null;
    return new ScheduleDecision(
        null,
        look,
        null,
        verdict(seen),
        seen.lastSchedule(),
        next,
        open ? looks.due() : looks.next(),
        seen.missed(),
        next == null ? looks.wake() : earliest(seen.slots().wake(), looks.wake()));
  }

  private static ScheduleDecision waking(ScheduleDecision plain, Instant wake) {
    return new ScheduleDecision(
        plain.create(),
        plain.look(),
        plain.event(),
        plain.verdict(),
        plain.lastSchedule(),
        plain.nextSchedule(),
        plain.nextLook(),
        plain.missed(),
        wake);
  }

  private static Instant earliest(Instant a, Instant b) {
    return a == null || (b != null && b.isBefore(a)) ? b : a;
  }

  private static Look looked(ScheduleObservation seen) {
    Slots looks = seen.lookSlots();
    if (!seen.hands() || looks.due() == null) {
      return null;
    }
    return newest(seen)
        .filter(b -> !b.looking())
        .map(b -> new Look(b.name(), "scheduled-" + NAME.format(looks.due())))
        .orElse(null);
  }

  /** The newest that was made. */
  static Optional<BackupSeen> newest(ScheduleObservation seen) {
    return seen.backups().stream()
        .filter(b -> b.state() == State.COMPLETED)
        .max(Comparator.comparing(BackupSeen::at));
  }

  private static Verdict verdict(ScheduleObservation seen) {
    if (!seen.configured()) {
      return said(
          seen,
          Verdict.State.Unknown,
          Reason.NotConfigured,
          "spec.backup is not set: there are no backups of the checkpoint.");
    }
    if (!seen.stateful()) {
      return said(
          seen,
          Verdict.State.Unknown,
          Reason.NothingToBackUp,
          "The job keeps no state: all it needs to go on is the ledger in its database. Back that up.");
    }
    String problem =
        seen.slots().problem() == null ? seen.lookSlots().problem() : seen.slots().problem();
    if (problem != null) {
      return said(seen, Verdict.State.False, Reason.InvalidSchedule, problem);
    }
    if (seen.refused() != null) {
      return said(
          seen, Verdict.State.False, Reason.PodRejected, seen.refused() + " It is tried again.");
    }
    Optional<BackupSeen> ended =
        seen.backups().stream()
            .filter(b -> b.state() != State.UNDER_WAY)
            .max(Comparator.comparing(BackupSeen::at));
    if (ended.isEmpty()) {
      return said(
          seen,
          Verdict.State.Unknown,
          Reason.NoBackupYet,
          seen.scheduled()
              ? "No backup was made yet."
              : "No backup was made yet, and spec.backup has no schedule: create a StreamingJobBackup.");
    }
    return judged(seen, ended.get());
  }

  private static Verdict judged(ScheduleObservation seen, BackupSeen ended) {
    String restorable =
        seen.backups().stream()
            .filter(BackupSeen::usable)
            .max(Comparator.comparing(BackupSeen::at))
            .map(b -> " The newest good one is " + b.name() + ".")
            .orElse(" There is no good one.");
    if (ended.state() == State.FAILED) {
      return said(
          seen,
          Verdict.State.False,
          Reason.BackupFailed,
          "Backup " + ended.name() + " failed: " + ended.message() + restorable);
    }
    if (!ended.usable()) {
      return said(
          seen,
          Verdict.State.False,
          Reason.BackupDamaged,
          "Backup " + ended.name() + " was looked at and is not whole." + restorable);
    }
    if (overdue(seen, ended)) {
      return said(
          seen,
          Verdict.State.False,
          Reason.BackupMissed,
          "The newest backup, "
              + ended.name()
              + ", is of "
              + ended.at()
              + ": at least one has been missed since. The events of the job say why.");
    }
    return said(
        seen,
        Verdict.State.True,
        Reason.BackupCurrent,
        "Backup " + ended.name() + " of " + ended.at() + " was found good.");
  }

  private static boolean overdue(ScheduleObservation seen, BackupSeen newest) {
    Duration interval = seen.slots().interval();
    return seen.scheduled()
        && !seen.suspended()
        && seen.begun()
        && interval != null
        && seen.now()
            .isAfter(
                newest
                    .at()
                    .plus(interval.multipliedBy(3).dividedBy(2))
                    .plus(seen.startingDeadline()));
  }

  private static Verdict said(
      ScheduleObservation seen, Verdict.State state, Reason reason, String message) {
    return new Verdict(
        Verdict.Type.BackupHealthy, state, reason.name(), message, seen.generation());
  }
}
