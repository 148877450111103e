package dev.tidemark.operator.core;

import dev.tidemark.operator.core.backup.RunReport;
import dev.tidemark.operator.core.backup.RunSeen;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A small Kubernetes with one job name in it: pods start, commit, fail, hang and go; views lag; the
 * operator dies between two actions. Everything follows from the seed.
 */
final class SimWorld implements Effects {
  private static final Duration GRACE = Duration.ofSeconds(40);

  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  /** The operator dies here. */
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  static final class Pod {
    String name;
    String uid;
    String owner;
    int attempt;
    Fingerprint made;
    DriverSeen.Phase phase = DriverSeen.Phase.PENDING;
    Instant startedAt;
    Instant leaving;
    Ending ending;
    boolean sick;
    boolean looping;
    boolean lost;
    boolean follows;
    boolean turned;
    boolean begun = true;

    DriverSeen seen(String jobUid) {
      return new DriverSeen(
          name,
          uid,
          attempt,
          owner.equals(jobUid),
          turned,
          phase,
          made,
          startedAt,
          leaving,
          leaving == null ? null : lost ? leaving : leaving.plus(GRACE),
          ending,
          null,
          looping,
          looping ? 3 : 0);
    }
  }

  /** What a cache knows of a pod. */
  record PodView(DriverSeen seen, boolean waits) {}

  static final class Check {
    String name;
    String uid;
    String owner;
    Fingerprint of;
    Instant since;
    boolean leaving;
    Ending ending;
  }

  final SplittableRandom random;
  final StringBuilder log = new StringBuilder();
  final Map<String, Pod> pods = new LinkedHashMap<>();
  final Map<String, Check> checks = new LinkedHashMap<>();
  final Map<Integer, Recorded> settings = new LinkedHashMap<>();
  Map<Integer, Recorded> settingsView = new LinkedHashMap<>();
  List<PodView> podView = new ArrayList<>();
  List<CheckSeen> checkView = new ArrayList<>();
  Instant now = START;
  String jobUid = "job-1";
  int uids;
  long generation = 1;
  String definition = "d1";
  String roll = "r1";
  String nonce = "";
  boolean suspend;
  final int restartLimit;
  boolean lease;
  ProgressSeen progress;
  int turn;
  int turns;
  int abandoned;
  int turnView;
  int standingBy;
  Memory memory = Memory.NONE;
  Memory memoryView = Memory.NONE;
  int version;
  int versionView;
  boolean faults = true;
  double crashes;
  Instant alarm;
  int highestLaunched;
  String restoreWanted;
  final Map<String, RunSeen> restores = new LinkedHashMap<>();
  Map<String, RunSeen> restoresView = new LinkedHashMap<>();

  SimWorld(long seed) {
    random = new SplittableRandom(seed);
    restartLimit = chance(0.1) ? 2 : 0;
  }

  boolean chance(double p) {
    return random.nextDouble() < p;
  }

  void say(String what) {
    log.append(
        String.format("%7.1fs  %s%n", Duration.between(START, now).toMillis() / 1000.0, what));
  }

  // ---- what the operator sees ----

  void sync() {
    podView = live();
    checkView = checks.values().stream().map(this::seen).toList();
    settingsView = new LinkedHashMap<>(settings);
    restoresView = new LinkedHashMap<>(restores);
    turnView = turn;
    memoryView = memory;
    versionView = version;
  }

  private List<PodView> live() {
    return pods.values().stream().map(this::view).toList();
  }

  private PodView view(Pod p) {
    return new PodView(p.seen(jobUid), p.follows && !p.turned && p.owner.equals(jobUid));
  }

  private CheckSeen seen(Check c) {
    return new CheckSeen(
        c.name, c.uid, c.owner.equals(jobUid), c.of.generation(), c.leaving, c.ending, null);
  }

  private boolean waits(PodView p) {
    return p.waits() && p.seen().attempt() != memoryView.launched();
  }

  String specHash() {
    return definition + "/" + roll;
  }

  Observation observe(boolean confirmed) {
    Wanted wanted =
        new Wanted(
            generation,
            specHash(),
            definition,
            null,
            nonce,
            suspend,
            false,
            Duration.ofSeconds(1),
            new RestartRules(
                true,
                Duration.ofSeconds(1),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                restartLimit),
            restoreWanted,
            true);
    List<PodView> known = confirmed ? live() : podView;
    List<SuccessorSeen> successors =
        known.stream()
            .filter(this::waits)
            .map(
                p ->
                    new SuccessorSeen(
                        p.seen(),
                        settingsView.containsKey(p.seen().attempt()),
                        p.seen().attempt() == standingBy))
            .toList();
    List<Recorded> recorded =
        settingsView.values().stream()
            .filter(r -> successors.stream().noneMatch(s -> s.pod().attempt() == r.attempt()))
            .sorted(Comparator.comparingInt(Recorded::attempt))
            .toList();
    return new Observation(
        now,
        new JobRef("ns", "job", jobUid),
        false,
        wanted,
        memoryView,
        "image:1",
        known.stream().filter(p -> !waits(p)).map(PodView::seen).toList(),
        successors,
        confirmed,
        checkView,
        recorded,
        pods.values().stream().mapToInt(p -> p.attempt).max().orElse(0),
        lease,
        turnView,
        progress,
        restoresView.entrySet().stream()
            .map(r -> new RestoreSeen(r.getKey(), r.getValue()))
            .toList(),
        null);
  }

  /** One reconciliation; true when it did something. */
  boolean reconcile() {
    boolean acted = false;
    try {
      Observation seen = observe(false);
      Decision decision = Decider.decide(seen);
      if (decision.lookFirst()) {
        seen = observe(true);
        decision = Decider.decide(seen);
      }
      for (Step step : decision.steps()) {
        acted = true;
        maybeCrash();
        if (step.announced()) {
          say("operator: " + step.sentence());
        }
        Outcome outcome = step.action().perform(this);
        if (!outcome.done()) {
          say("refused: " + outcome.message());
          decision = Decider.decide(seen.afterRefusal(outcome));
          break;
        }
        maybeCrash();
      }
      if (versionView == version) {
        memory = decision.memory();
        version++;
        memoryView = memory;
        versionView = version;
      } else {
        acted = true;
      }
      alarm = Given.due(decision);
      if (alarm != null && alarm.isBefore(now)) {
        throw new AssertionError("wake in the past: " + alarm + " at " + now);
      }
    } catch (Crash crash) {
      say("operator crashes");
      acted = true;
    }
    return acted;
  }

  private void maybeCrash() {
    if (faults && chance(crashes)) {
      throw new Crash();
    }
  }

  // ---- what the operator does ----

  @Override
  public Outcome startCheck(CheckPlan plan) {
    if (faults && chance(0.05)) {
      return Outcome.refused(Reason.PodRejected, "quota");
    }
    lease = true;
    Check there = checks.get(plan.pod());
    if (there == null) {
      Check c = new Check();
      c.name = plan.pod();
      c.uid = "check-" + uids++;
      c.owner = jobUid;
      c.of = plan.of();
      c.since = now;
      checks.put(c.name, c);
      checkView = new ArrayList<>(checkView);
      checkView.add(seen(c));
    } else if (!there.owner.equals(jobUid)) {
      return Outcome.refused(Reason.NameCollision, "an older check is there");
    }
    return Outcome.DONE;
  }

  @Override
  public Outcome removeCheck(String pod, String podUid) {
    Check c = checks.get(pod);
    if (c != null && c.uid.equals(podUid)) {
      c.leaving = true;
    }
    return Outcome.DONE;
  }

  @Override
  public Outcome launchDriver(DriverPlan plan) {
    if (restores.values().stream().anyMatch(r -> r.state() == RunSeen.State.ACTIVE)) {
      throw new AssertionError("attempt " + plan.attempt() + " beside a restore");
    }
    return launch(plan, false);
  }

  @Override
  public Outcome prepareDriver(DriverPlan plan) {
    return faults && chance(0.1) ? Outcome.DONE : launch(plan, true); // the quota has no room
  }

  @Override
  public Outcome giveTurn(int attempt, DriverPlan.Previous previous) {
    if (!liveDrivers().isEmpty() && liveDrivers().stream().anyMatch(p -> p.attempt != attempt)) {
      throw new AssertionError(
          "the turn of " + attempt + " beside the driver " + liveDrivers().get(0).name);
    }
    if (restores.values().stream().anyMatch(r -> r.state() == RunSeen.State.ACTIVE)) {
      throw new AssertionError("the turn of " + attempt + " beside a restore");
    }
    highestLaunched = Math.max(highestLaunched, attempt);
    Pod pod = pods.get("job-driver-" + attempt);
    if (pod != null && pod.owner.equals(jobUid)) {
      pod.turned = true;
    }
    maybeCrash();
    lease = true;
    turn = attempt;
    turnView = attempt;
    return Outcome.DONE;
  }

  private Outcome launch(DriverPlan plan, boolean follows) {
    if (faults && chance(0.05)) {
      return Outcome.refused(Reason.PodRejected, "quota");
    }
    if (!plan.of().definition().startsWith("d")) {
      throw new AssertionError("a refused definition was launched: " + plan);
    }
    lease = true;
    settings.putIfAbsent(plan.attempt(), new Recorded(plan.attempt(), plan.of(), plan.previous()));
    settingsView = new LinkedHashMap<>(settingsView);
    settingsView.putIfAbsent(plan.attempt(), settings.get(plan.attempt()));
    maybeCrash();
    String name = "job-driver-" + plan.attempt();
    Pod there = pods.get(name);
    if (there != null) {
      return there.owner.equals(jobUid)
          ? Outcome.DONE
          : Outcome.refused(Reason.NameCollision, name);
    }
    if (plan.attempt() <= highestLaunched) {
      throw new AssertionError("attempt " + plan.attempt() + " after " + highestLaunched);
    }
    if (!follows) { // the number of one that never has its turn may be used again
      highestLaunched = plan.attempt();
    }
    Pod p = new Pod();
    p.name = name;
    p.uid = "pod-" + uids++;
    p.owner = jobUid;
    p.attempt = plan.attempt();
    p.made = plan.of();
    p.follows = follows;
    p.begun = !follows;
    p.sick = faults && chance(0.3);
    pods.put(name, p);
    podView = new ArrayList<>(podView);
    podView.add(view(p));
    return Outcome.DONE;
  }

  @Override
  public Outcome tryDriver(DriverPlan plan) {
    return faults && chance(0.05)
        ? Outcome.refused(Reason.PodRejected, "unknown field")
        : Outcome.DONE;
  }

  @Override
  public Outcome stopDriver(String pod, String podUid) {
    Pod p = pods.get(pod);
    if (p != null && p.uid.equals(podUid) && p.leaving == null) {
      p.leaving = now;
    }
    return Outcome.DONE;
  }

  @Override
  public Outcome abandonDriver(String pod, String podUid) {
    Pod p = pods.get(pod);
    if (p != null && p.uid.equals(podUid)) {
      if (!p.lost) {
        throw new AssertionError("a driver was given up whose node answers: " + pod);
      }
      pods.remove(pod);
      abandoned++;
      say(pod + " is given up");
    }
    return Outcome.DONE;
  }

  @Override
  public Outcome removeDriver(String pod, String podUid) {
    Pod p = pods.get(pod);
    if (p != null && p.uid.equals(podUid)) {
      if (p.phase != DriverSeen.Phase.FINISHED) {
        throw new AssertionError("a live driver was removed at once: " + pod);
      }
      pods.remove(pod);
    }
    return Outcome.DONE;
  }

  @Override
  public Outcome forgetSettings(int attempt) {
    settings.remove(attempt);
    return Outcome.DONE;
  }

  @Override
  public Outcome startRestore(RestorePlan plan) {
    if (faults && chance(0.05)) {
      return Outcome.refused(Reason.PodRejected, "quota");
    }
    if (!liveDrivers().isEmpty()) {
      throw new AssertionError("a restore beside the driver " + liveDrivers().get(0).name);
    }
    restores.putIfAbsent(
        plan.requestId(), new RunSeen(RunSeen.State.ACTIVE, now, null, null, null, null));
    restoresView = new LinkedHashMap<>(restoresView);
    restoresView.putIfAbsent(plan.requestId(), restores.get(plan.requestId()));
    return Outcome.DONE;
  }

  private void endRestores() {
    restores.replaceAll(
        (request, run) -> {
          if (run.state() != RunSeen.State.ACTIVE || !chance(0.3)) {
            return run;
          }
          String reason = chance(0.7) ? RunReport.COMPLETED : "BackupDamaged";
          say("restore " + request + ": " + reason);
          return new RunSeen(
              RunSeen.State.ENDED,
              run.startedAt(),
              now,
              RunReport.silent(reason, "so it was"),
              null,
              null);
        });
  }

  @Override
  public Outcome restoreLease() {
    lease = true;
    return Outcome.DONE;
  }

  // ---- what happens by itself ----

  void pass(Duration time) {
    now = now.plus(time);
    endRestores();
    for (Pod p : new ArrayList<>(pods.values())) {
      kubelet(p);
    }
    for (Check c : new ArrayList<>(checks.values())) {
      if (c.leaving || !c.owner.equals(jobUid)) {
        checks.remove(c.name);
      } else if (c.ending == null && chance(0.5)) {
        c.ending = verdict(c);
        say("check of " + c.of.definition() + ": " + c.ending.reason());
      }
    }
  }

  private Ending verdict(Check c) {
    if (faults && chance(0.1)) {
      return new Ending(Reason.CheckFailed.name(), "evicted", true, false, 0, now);
    }
    if (c.of.definition().startsWith("bad")) {
      return new Ending(Reason.InvalidFilter.name(), "no", false, false, 0, now);
    }
    if (c.of.definition().startsWith("late") && now.isBefore(START.plus(Duration.ofMinutes(30)))) {
      return new Ending(Reason.TopicNotFound.name(), "no topic", true, false, 0, now);
    }
    return new Ending(Reason.Accepted.name(), "", false, true, 0, now);
  }

  private void kubelet(Pod p) {
    if (!p.owner.equals(jobUid) && p.leaving == null && chance(0.3)) {
      p.leaving = now; // the garbage collector finds it
    }
    if (p.lost) {
      if (p.leaving == null && chance(0.2)) {
        p.leaving = now; // the node controller gives it up
      } else if (chance(0.02)) {
        p.lost = false; // the node is back, and its kubelet does first what it is late with
        if (p.leaving != null) {
          pods.remove(p.name);
        }
      }
      return;
    }
    if (p.leaving != null) {
      if (!now.isBefore(p.leaving.plus(GRACE))
          || p.phase == DriverSeen.Phase.FINISHED
          || chance(0.4)) {
        pods.remove(p.name);
        say(p.name + " is gone");
      }
      return;
    }
    switch (p.phase) {
      case PENDING -> {
        if (chance(0.7)) {
          p.phase = DriverSeen.Phase.RUNNING;
          p.startedAt = now;
        }
      }
      case RUNNING -> {
        if (!p.begun && turn == p.attempt) {
          p.begun = true;
          turns++;
          say(p.name + " has its turn");
        }
        if (!p.begun && chance(0.5)) {
          standingBy = Math.max(standingBy, p.attempt);
        }
        if (p.sick && chance(0.5)) {
          end(p);
        } else if (p.begun && !p.sick && !p.looping && p.owner.equals(jobUid) && chance(0.8)) {
          report(p);
        }
      }
      case FINISHED -> {}
    }
  }

  void end(Pod p) {
    String reason =
        switch (random.nextInt(6)) {
          case 0 -> Reason.Stopped.name();
          case 1 -> Reason.SinkTableMissing.name();
          case 2 -> Reason.Superseded.name();
          case 3 -> "SomethingNew";
          case 4 -> Reason.CheckpointLost.name();
          default -> Reason.CrashLoop.name();
        };
    p.phase = DriverSeen.Phase.FINISHED;
    p.ending =
        new Ending(
            reason,
            "because",
            reason.equals(Reason.SinkTableMissing.name()),
            false,
            reason.equals(Reason.Superseded.name()) ? p.attempt + random.nextInt(3) : 0,
            now);
    say(p.name + " ends with " + reason);
  }

  private void report(Pod p) {
    if (progress != null && progress.attempt() > p.attempt) {
      return;
    }
    long batches = progress != null && progress.attempt() == p.attempt ? progress.batches() + 1 : 1;
    progress =
        new ProgressSeen(
            p.attempt,
            ProgressSeen.Situation.RUNNING,
            "",
            "",
            now,
            now,
            batches,
            false,
            now,
            false,
            0);
  }

  List<Pod> liveDrivers() {
    return pods.values().stream()
        .filter(p -> p.phase != DriverSeen.Phase.FINISHED && p.begun)
        .toList();
  }
}
