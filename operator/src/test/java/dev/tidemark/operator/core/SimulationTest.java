package dev.tidemark.operator.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thousands of short histories. {@code -Dsim.seed=N} replays one and prints it; {@code
 * -Dsim.histories=N} sets how many.
 */
final class SimulationTest {
  private static final int STEPS = 60;

  @Test
  void noHistoryBreaksWhatMustHold() {
    Long only = Long.getLong("sim.seed");
    int histories = Integer.getInteger("sim.histories", 12_000);
    long first = only == null ? 1 : only;
    int turns = 0;
    int abandoned = 0;
    StatusTruth truth = new StatusTruth();
    for (long seed = first; seed < first + (only == null ? histories : 1); seed++) {
      SimWorld world = new SimWorld(seed);
      try {
        history(world, truth);
        heal(world, truth);
        turns += world.turns;
        abandoned += world.abandoned;
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("replay with -Dsim.seed=" + seed + "\n" + world.log, e);
      }
      if (only != null) {
        System.out.println(world.log);
      }
    }
    if (only == null) {
      assertThat(turns).as("successors that had their turn").isGreaterThan(histories / 20);
      assertThat(abandoned).as("drivers that were given up").isGreaterThan(histories / 50);
      // an object that is being deleted is not part of a history, CROWDED must not be, and RUMOUR
      // is what only a cache says
      assertThat(truth.walked())
          .as("situations in which the status was compared with the world")
          .containsExactlyInAnyOrderElementsOf(
              EnumSet.complementOf(
                  EnumSet.of(Situation.DELETING, Situation.CROWDED, Situation.RUMOUR)));
    }
  }

  /** Histories a person can read; a change of behaviour shows as a difference in them. */
  @ParameterizedTest
  @ValueSource(longs = {3, 11, 42, 77})
  void readableHistory(long seed) throws IOException {
    SimWorld world = new SimWorld(seed);
    StatusTruth truth = new StatusTruth();
    history(world, truth);
    heal(world, truth);
    Path golden = Path.of("src/test/resources/golden/simulation/" + seed + ".txt");
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(golden.getParent());
      Files.writeString(golden, world.log.toString());
    }
    assertThat(golden).exists();
    assertThat(world.log.toString()).isEqualTo(Files.readString(golden));
  }

  private static void history(SimWorld world, StatusTruth truth) {
    world.crashes = world.chance(0.5) ? 0.05 : 0;
    double lag = world.random.nextDouble() * 0.6;
    for (int step = 0; step < STEPS; step++) {
      world.pass(Duration.ofMillis(world.random.nextInt(1, 4000)));
      disturb(world);
      if (!world.chance(lag)) {
        world.sync();
      }
      for (int passes = world.random.nextInt(3); passes > 0; passes--) {
        world.reconcile();
        holds(world, truth);
      }
    }
  }

  private static void disturb(SimWorld world) {
    if (!world.chance(0.25)) {
      return;
    }
    List<SimWorld.Pod> live = world.liveDrivers();
    if (world.chance(0.2)) {
      live = world.pods.values().stream().filter(p -> !p.begun).toList();
    }
    switch (world.random.nextInt(15)) {
      case 0 -> live.forEach(p -> p.leaving = p.leaving == null ? world.now : p.leaving);
      case 1 -> live.forEach(p -> world.pods.remove(p.name));
      case 2 -> live.stream().filter(p -> p.leaving == null).forEach(world::end);
      case 3 -> edit(world, () -> world.definition = "d" + world.random.nextInt(5));
      case 4 -> edit(world, () -> world.definition = "bad" + world.random.nextInt(2));
      case 5 -> edit(world, () -> world.definition = "late");
      case 6 -> edit(world, () -> world.roll = "r" + world.random.nextInt(5));
      case 7 -> edit(world, () -> world.nonce = "n" + world.random.nextInt(100));
      case 8 -> edit(world, () -> world.suspend = !world.suspend);
      case 9 -> {
        world.say("the status is wiped");
        world.memory = Memory.NONE;
        world.version++;
      }
      case 10 -> {
        world.say("the Lease is deleted");
        world.lease = false;
        world.progress = null;
        world.turn = 0;
        world.standingBy = 0;
      }
      case 11 -> recreate(world);
      case 12 ->
          edit(
              world,
              () ->
                  world.restoreWanted = world.chance(0.3) ? null : "r" + world.random.nextInt(100));
      case 13 ->
          live.forEach(
              p -> {
                p.lost = true;
                world.say("the node of " + p.name + " does not answer");
              });
      case 14 ->
          live.forEach(
              p -> {
                p.looping = true;
                world.say("the container of " + p.name + " ends again and again");
              });
      default -> throw new IllegalStateException();
    }
  }

  private static void edit(SimWorld world, Runnable change) {
    change.run();
    world.generation++;
    world.say(
        "spec: generation "
            + world.generation
            + ", "
            + world.specHash()
            + " "
            + world.nonce
            + (world.suspend ? " suspended" : "")
            + (world.restoreWanted == null ? "" : " restore " + world.restoreWanted));
  }

  private static void recreate(SimWorld world) {
    world.jobUid = "job-" + (world.uids++ + 2);
    world.generation = 1;
    world.memory = Memory.NONE;
    world.version++;
    world.settings.clear();
    world.lease = false;
    world.progress = null;
    world.turn = 0;
    world.standingBy = 0;
    world.memoryView = Memory.NONE;
    world.versionView = world.version;
    world.settingsView.clear();
    world.restores.clear();
    world.sync();
    world.highestLaunched = 0;
    world.say("the job is deleted and made again");
  }

  private static void holds(SimWorld world, StatusTruth truth) {
    assertThat(world.liveDrivers().stream().map(p -> p.name).toList())
        .as("never two live drivers")
        .hasSizeLessThanOrEqualTo(1);
    truth.holds(world);
  }

  /** The faults end: within two hours the job runs what its spec says. */
  private static void heal(SimWorld world, StatusTruth truth) {
    world.faults = false;
    world.say("---- the faults end ----");
    edit(
        world,
        () -> {
          world.suspend = false;
          world.definition = "d1";
          world.nonce = "healed";
        });
    world.pods.values().forEach(p -> p.sick = false);
    world.pods.values().forEach(p -> p.looping = false);
    for (int step = 0; step < 2000; step++) {
      world.pass(Duration.ofMillis(3600));
      world.sync();
      for (int passes = 0; passes < 4; passes++) {
        world.reconcile();
        world.sync();
        holds(world, truth);
      }
      Situation situation = Decider.decide(world.observe(true)).situation();
      if (situation == Situation.UNRESTORED) { // what only a person can do
        edit(world, () -> world.restoreWanted = null);
      } else if (situation == Situation.EXHAUSTED) {
        edit(world, () -> world.nonce += "-again");
      }
      if (runs(world)) {
        quiescent(world);
        return;
      }
    }
    throw new AssertionError(
        "two hours without faults, and the job does not run: "
            + Decider.decide(world.observe(true)));
  }

  private static boolean runs(SimWorld world) {
    Decision decision = Decider.decide(world.observe(true));
    return decision.situation() == Situation.RUNNING
        && decision.conditions().stream()
            .anyMatch(
                v ->
                    v.type() == Verdict.Type.Ready
                        && v.state() == Verdict.State.True
                        && v.generation() == world.generation);
  }

  private static void quiescent(SimWorld world) {
    for (int i = 0; i < 10; i++) {
      world.pass(Duration.ofMillis(1));
      world.sync();
      world.reconcile();
      world.sync();
    }
    assertThat(world.reconcile()).as("nothing left to do").isFalse();
  }
}
