package dev.tidemark.operator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.operator.core.Verdict.State;
import dev.tidemark.operator.core.backup.RunSeen;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What the status says of a job, held against the world that it speaks of. */
final class StatusTruth {
  /** Three batch intervals of a second, and the time between two reports. */
  private static final Duration RECENT = Duration.ofSeconds(18);

  private final Set<Situation> walked = EnumSet.noneOf(Situation.class);

  /** The situations in which the two were compared. */
  Set<Situation> walked() {
    return walked;
  }

  void holds(SimWorld world) {
    Decision told = Decider.decide(world.observe(true));
    walked.add(told.situation());
    Verdict ready = condition(told, Verdict.Type.Ready);
    List<SimWorld.Pod> drivers = drivers(world);

    there(world, told, drivers);
    if (ready.state() == State.True) {
      commits(world, drivers, ready);
    } else {
      assertThat(drivers.stream().anyMatch(driver -> isAsWanted(world, driver)))
          .as("%s although a driver as wanted commits", ready)
          .isFalse();
    }
    phase(world, told, drivers);
    rests(world, told, ready);
    told.conditions().forEach(StatusTruth::isSaid);
    restored(world, told);
  }

  /** A pod that waited for a turn it never had is waited for, but does not count as a driver. */
  private static void there(SimWorld world, Decision told, List<SimWorld.Pod> drivers) {
    if (!told.situation().driverThere()) {
      assertThat(drivers).as("drivers of a job that is %s", told.situation()).isEmpty();
    } else {
      assertThat(world.pods.values().stream().anyMatch(p -> p.phase != DriverSeen.Phase.FINISHED))
          .as("%s: a pod is there", told.situation())
          .isTrue();
    }
  }

  private static Verdict condition(Decision told, Verdict.Type type) {
    return told.conditions().stream().filter(v -> v.type() == type).findFirst().orElseThrow();
  }

  /** Pods of this job that do its work or are about to. */
  private static List<SimWorld.Pod> drivers(SimWorld world) {
    return world.pods.values().stream()
        .filter(p -> p.owner.equals(world.jobUid) && p.phase != DriverSeen.Phase.FINISHED)
        .filter(p -> p.begun || p.turned)
        .toList();
  }

  private static boolean committed(SimWorld world, SimWorld.Pod driver, Duration within) {
    return world.progress != null
        && world.progress.attempt() == driver.attempt
        && world.now.isBefore(world.progress.lastCommitAt().plus(within));
  }

  private static boolean asked(SimWorld world, SimWorld.Pod driver) {
    return driver.made.specHash().equals(world.specHash())
        && driver.made.restartNonce().equals(world.nonce);
  }

  /** Nothing could keep this driver from being called ready. */
  private static boolean isAsWanted(SimWorld world, SimWorld.Pod driver) {
    return asked(world, driver)
        && committed(world, driver, RECENT)
        && driver.leaving == null
        && !driver.looping
        && !world.suspend
        && world.restoreWanted == null;
  }

  private static void commits(SimWorld world, List<SimWorld.Pod> drivers, Verdict ready) {
    assertThat(drivers).as("drivers behind %s", ready).hasSize(1);
    SimWorld.Pod driver = drivers.get(0);
    assertThat(driver.leaving).as("%s, and %s leaves", ready, driver.name).isNull();
    assertThat(committed(world, driver, RECENT))
        .as("%s, and %s has committed", ready, driver.name)
        .isTrue();
    assertThat(ready.generation() < world.generation || asked(world, driver))
        .as(
            "%s speaks of generation %d, which %s is made from",
            ready, world.generation, driver.name)
        .isTrue();
  }

  private static void phase(SimWorld world, Decision told, List<SimWorld.Pod> drivers) {
    switch (told.phase()) {
      case Running -> assertThat(drivers).as("drivers of a job that is Running").isNotEmpty();
      case Suspended -> {
        assertThat(world.suspend).as("Suspended as asked").isTrue();
        assertThat(drivers).as("drivers of a job that is Suspended").isEmpty();
      }
      case Failed -> {
        assertThat(drivers).as("drivers of a job that is Failed").isEmpty();
        assertThat(condition(told, Verdict.Type.Stalled).state())
            .as("Failed waits")
            .isEqualTo(State.True);
      }
      case Pending, Starting, Recovering, Deleting -> {}
    }
  }

  /** Nothing goes on and nobody is waited for: then all is as it was asked for. */
  private static void rests(SimWorld world, Decision told, Verdict ready) {
    if (condition(told, Verdict.Type.Progressing).state() == State.False
        && condition(told, Verdict.Type.Stalled).state() == State.False
        && told.phase() != Phase.Suspended) {
      assertThat(ready.state()).as("at rest: %s", told.conditions()).isEqualTo(State.True);
      assertThat(ready.generation()).as("at rest").isEqualTo(world.generation);
    }
  }

  private static void isSaid(Verdict verdict) {
    assertThat(verdict.reason()).as("the reason of %s", verdict).isNotBlank();
    assertThat(verdict.message()).as("the sentence of %s", verdict).endsWith(".");
  }

  private static void restored(SimWorld world, Decision told) {
    told.conditions().stream()
        .filter(v -> v.type() == Verdict.Type.RestoreCompleted && v.state() == State.True)
        .forEach(
            v -> {
              String request = told.memory().restore().last().requestId();
              RunSeen run = world.restores.get(request);
              assertThat(run.report().completed()).as("%s of %s", v, request).isTrue();
            });
  }
}
