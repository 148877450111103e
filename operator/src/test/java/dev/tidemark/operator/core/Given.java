package dev.tidemark.operator.core;

import dev.tidemark.operator.core.backup.RunReport;
import dev.tidemark.operator.core.backup.RunSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Observations from a few words, for tables: {@code driver:2:running progress:2:1 suspend}. */
final class Given {
  static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  static final JobRef JOB = new JobRef("demo", "job", "uid-1");
  static final String IMAGE = "image:1";

  long generation = 1;
  String definition = "d1";
  String roll = "r1";
  String image;
  String nonce = "";
  boolean suspend;
  boolean paused;
  boolean deleting;
  boolean confirmed = true;
  boolean always = true;
  int limit;
  Memory memory = Memory.NONE;
  final List<DriverSeen> drivers = new ArrayList<>();
  final List<SuccessorSeen> successors = new ArrayList<>();
  final List<CheckSeen> checks = new ArrayList<>();
  final List<Recorded> recorded = new ArrayList<>();
  ProgressSeen progress;
  boolean lease = true;
  int turn;
  Outcome refused;
  String restore;
  boolean rescue;
  final List<RestoreSeen> restores = new ArrayList<>();

  static Observation of(String words) {
    return given(words).observation();
  }

  static Given given(String words) {
    Given given = new Given();
    for (String word : words.isBlank() ? new String[0] : words.strip().split("\\s+")) {
      given.word(word.split(":"));
    }
    return given;
  }

  Observation observation() {
    Wanted wanted =
        new Wanted(
            generation,
            definition + "/" + roll,
            definition,
            image,
            nonce,
            suspend,
            paused,
            Duration.ofSeconds(5),
            new RestartRules(
                always,
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                limit),
            restore,
            rescue);
    return new Observation(
        NOW,
        JOB,
        deleting,
        wanted,
        memory,
        IMAGE,
        drivers,
        successors,
        confirmed,
        checks,
        recorded,
        0,
        lease,
        turn,
        progress,
        restores,
        refused);
  }

  private void word(String[] w) {
    switch (w[0]) {
      case "generation" -> generation = Integer.parseInt(w[1]);
      case "def" -> change(() -> definition = w[1]);
      case "roll" -> change(() -> roll = w[1]);
      case "image" -> change(() -> image = w[1]);
      case "nonce" -> change(() -> nonce = w[1]);
      case "suspend" -> suspend = true;
      case "rescue" -> rescue = true;
      case "restore" -> restore = w[1];
      case "restored" ->
          memory = memory.restored(new Memory.Restore(w[1], 0, memory.restore().last()));
      case "rescued" -> rescued(Integer.parseInt(w[1]), w[2].equals("well"));
      case "restoring" -> restoring(w[1], w[2]);
      case "paused" -> paused = true;
      case "deleting" -> deleting = true;
      case "unconfirmed" -> confirmed = false;
      case "never" -> always = false;
      case "limit" -> limit = Integer.parseInt(w[1]);
      case "nolease" -> lease = false;
      case "accepted" -> memory = memory.accepted(new Fingerprint.Key("d1", IMAGE));
      case "attempt" -> memory = memory.numbered(Integer.parseInt(w[1]), memory.launched());
      case "launched" -> memory = memory.numbered(Integer.parseInt(w[1]), Integer.parseInt(w[1]));
      case "failures" -> memory = memory.counted(Integer.parseInt(w[1]), Integer.parseInt(w[1]), 0);
      case "driver" -> driver(Integer.parseInt(w[1]), w[2]);
      case "ended" -> ended(Integer.parseInt(w[1]), w[2], w.length > 3 ? w[3] : "");
      case "was" ->
          was(Integer.parseInt(w[1]), w[2], Integer.parseInt(w[3]), w.length > 4 ? w[4] : "");
      case "leaving" ->
          memory =
              memory.leaving(
                  new Memory.Leaving(
                      Integer.parseInt(w[1]), w[2], NOW.minusSeconds(Long.parseLong(w[3]))));
      case "progress" -> progress(Integer.parseInt(w[1]), Integer.parseInt(w[2]));
      case "waiting" -> waiting(Integer.parseInt(w[1]), w[2]);
      case "silent" -> silent(Integer.parseInt(w[1]));
      case "recorded" ->
          recorded.add(
              new Recorded(
                  Integer.parseInt(w[1]),
                  made(w.length > 2 ? w[2] : "d1"),
                  w.length > 3 ? new DriverPlan.Previous(w[3], NOW.minusSeconds(5)) : null));
      case "check" -> check(w);
      case "refusal" -> refusal(w[1], w[2].equals("retryable"), Integer.parseInt(w[3]));
      case "rejection" ->
          memory =
              memory.rejected(
                  new Memory.Rejection(
                      w.length > 2 ? Reason.SuccessorFailed : Reason.PodRejected,
                      "quota",
                      generation,
                      1,
                      NOW.minusSeconds(Long.parseLong(w[1]))));
      case "refused" -> refused = Outcome.refused(Reason.PodRejected, "exceeded quota");
      case "successor" -> successor(Integer.parseInt(w[1]), w[2]);
      case "predecessor" -> predecessor(w[1]);
      default -> throw new IllegalArgumentException(w[0]);
    }
  }

  private void rescued(int attempt, boolean well) {
    Instant at = NOW.minusSeconds(120);
    memory =
        memory.restored(
            new Memory.Restore(
                null,
                attempt,
                new Memory.LastRestore(
                    "lost", well, "backup", 9, null, "Completed", "it is back", at, at)));
  }

  private void restoring(String request, String how) {
    RunReport report =
        switch (how) {
          case "running" -> null;
          case "done" ->
              new RunReport(
                  RunReport.COMPLETED,
                  "it is back",
                  null,
                  null,
                  null,
                  new RunReport.Restored(9, false, null));
          default -> RunReport.silent("BackupDamaged", "it is not whole");
        };
    String id =
        request.equals("lost") ? "lost-1-" + NOW.minusSeconds(99).getEpochSecond() : request;
    restores.add(
        new RestoreSeen(
            id,
            new RunSeen(
                report == null ? RunSeen.State.ACTIVE : RunSeen.State.ENDED,
                NOW.minusSeconds(9),
                report == null ? null : NOW,
                report,
                null,
                null)));
  }

  private void change(Runnable change) {
    change.run();
    generation = 2;
  }

  /** When time alone may change the picture; null for never. */
  static Instant due(Decision decision) {
    return Stream.of(decision.wake(), decision.workingUntil())
        .filter(Objects::nonNull)
        .min(Comparator.naturalOrder())
        .orElse(null);
  }

  static Fingerprint made(String definition) {
    return new Fingerprint(1, definition + "/r1", definition, IMAGE, "");
  }

  private void driver(int attempt, String how) {
    memory =
        memory.numbered(Math.max(memory.attempt(), attempt), Math.max(memory.launched(), attempt));
    DriverSeen.Phase phase =
        switch (how) {
          case "pending", "unschedulable" -> DriverSeen.Phase.PENDING;
          default -> DriverSeen.Phase.RUNNING;
        };
    Ending last =
        how.equals("looping")
            ? new Ending("OutOfMemory", "heap", true, false, 0, NOW.minusSeconds(9))
            : null;
    drivers.add(
        new DriverSeen(
            JOB.driver(attempt),
            "pod-" + attempt,
            attempt,
            true,
            false,
            phase,
            made("d1"),
            NOW.minusSeconds(100),
            leavingSince(how),
            goneBy(how),
            last,
            how.equals("unschedulable")
                ? new Problem(Reason.Unschedulable, "no node takes it")
                : null,
            how.equals("looping"),
            how.equals("looping") ? 3 : 0));
  }

  private static Instant leavingSince(String how) {
    return switch (how) {
      case "leaving", "evicted" -> NOW.minusSeconds(3);
      case "lost" -> NOW.minusSeconds(60);
      default -> null;
    };
  }

  private static Instant goneBy(String how) {
    return switch (how) {
      case "leaving" -> NOW.plusSeconds(37);
      case "evicted" -> NOW.minusSeconds(3);
      case "lost" -> NOW.minusSeconds(20);
      default -> null;
    };
  }

  /** Made from what the spec asks for, unless it is {@code other}. */
  private void successor(int attempt, String how) {
    DriverSeen pod =
        new DriverSeen(
            JOB.driver(attempt),
            "pod-" + attempt,
            attempt,
            true,
            false,
            how.equals("ended") ? DriverSeen.Phase.FINISHED : DriverSeen.Phase.RUNNING,
            how.equals("other")
                ? made("d9")
                : new Fingerprint(generation, definition + "/" + roll, definition, IMAGE, nonce),
            NOW.minusSeconds(how.equals("slow") ? 70 : 10),
            null,
            null,
            how.equals("ended") ? new Ending("JvmCrashed", "so", true, false, 0, NOW) : null,
            switch (how) {
              case "stuck" -> new Problem(Reason.Unschedulable, "no node takes it");
              case "broken" -> new Problem(Reason.SecretMissing, "no such Secret");
              default -> null;
            },
            how.equals("looping"),
            0);
    successors.add(new SuccessorSeen(pod, true, how.equals("ready")));
  }

  private void predecessor(String how) {
    drivers.add(
        new DriverSeen(
            JOB.driver(7),
            "old-7",
            7,
            false,
            false,
            DriverSeen.Phase.RUNNING,
            made("d1"),
            NOW.minusSeconds(100),
            leavingSince(how),
            goneBy(how),
            null,
            null,
            false,
            0));
  }

  private void ended(int attempt, String reason, String more) {
    memory =
        memory.numbered(Math.max(memory.attempt(), attempt), Math.max(memory.launched(), attempt));
    drivers.add(
        new DriverSeen(
            JOB.driver(attempt),
            "pod-" + attempt,
            attempt,
            true,
            false,
            DriverSeen.Phase.FINISHED,
            made("d1"),
            NOW.minusSeconds(100),
            null,
            null,
            new Ending(
                reason,
                "it says so",
                more.equals("retryable"),
                false,
                more.startsWith("by") ? Integer.parseInt(more.substring(2)) : 0,
                NOW,
                more.startsWith("jvms") ? Integer.parseInt(more.substring(4)) : 0),
            null,
            false,
            0));
  }

  private void was(int attempt, String reason, int ago, String more) {
    Instant at = NOW.minusSeconds(ago);
    memory =
        memory
            .numbered(attempt, attempt)
            .ended(
                new Memory.Ended(
                    attempt,
                    reason,
                    "it says so",
                    at,
                    1,
                    "d1/r1",
                    more.startsWith("held"),
                    more.equals("heldretry"),
                    1),
                more.startsWith("wait")
                    ? NOW.plusSeconds(Integer.parseInt(more.substring(4)))
                    : null);
  }

  private void progress(int attempt, int ago) {
    Instant at = NOW.minusSeconds(ago);
    progress =
        new ProgressSeen(
            attempt, ProgressSeen.Situation.RUNNING, "", "", at, at, 10, false, at, false, 0);
  }

  private void waiting(int attempt, String reason) {
    Instant at = NOW.minusSeconds(1);
    progress =
        new ProgressSeen(
            attempt,
            ProgressSeen.Situation.WAITING,
            reason,
            "it does not answer",
            at,
            null,
            0,
            false,
            null,
            false,
            0);
  }

  private void silent(int attempt) {
    Instant at = NOW.minusSeconds(300);
    progress =
        new ProgressSeen(
            attempt, ProgressSeen.Situation.RUNNING, "", "", at, at, 10, false, at, true, 0);
  }

  private void check(String[] w) {
    String name =
        CheckName.of(
            JOB.name(),
            new Fingerprint(
                generation,
                definition + "/" + roll,
                definition,
                image == null ? IMAGE : image,
                nonce));
    Ending ending =
        switch (w[1]) {
          case "running" -> null;
          case "accepted" -> new Ending("Accepted", "", false, true, 0, NOW);
          default -> new Ending(w[1], "it says so", w.length > 2, false, 0, NOW);
        };
    checks.add(new CheckSeen(name, "check-1", true, generation, false, ending, null));
  }

  private void refusal(String reason, boolean retryable, int ago) {
    memory =
        memory.refused(
            new Memory.Refusal(
                new Fingerprint.Key(definition, IMAGE),
                generation,
                reason,
                "it says so",
                retryable,
                1,
                NOW.minusSeconds(ago)));
  }
}
