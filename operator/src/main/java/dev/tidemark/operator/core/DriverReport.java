package dev.tidemark.operator.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a live driver that may stay is doing, in its own words where it has some. */
final class DriverReport {
  /** How often a pod is looked at that has not started. */
  static final Duration GLANCE = Duration.ofSeconds(5);

  private DriverReport() {}

  static Course course(
      Situation situation, Observation seen, DriverSeen driver, Memory memory, List<Step> steps) {
    Optional<ProgressSeen> progress = seen.progress(driver.attempt());
    Why told = progress.map(p -> reported(situation, seen, driver, p)).orElse(null);
    Why why = told != null ? told : silentSoFar(driver, memory);
    return new Course(
        situation,
        driver,
        memory,
        steps,
        why.reason(),
        why.message(),
        progress.map(p -> wake(situation, seen, p)).orElseGet(() -> glance(seen, driver)));
  }

  private static Why reported(
      Situation situation, Observation seen, DriverSeen driver, ProgressSeen p) {
    if (situation == Situation.RUNNING) {
      return p.idle()
          ? Why.of(
              Reason.Idle,
              "Driver pod " + driver.pod() + " has nothing to do: every record is committed.")
          : Why.of(Reason.Committing, "Driver pod " + driver.pod() + " commits batches.");
    }
    if (driver.problem() != null) {
      return null;
    }
    if (Situations.silent(seen, p)) {
      return Why.of(
          Reason.DriverSilent,
          "Driver pod "
              + driver.pod()
              + " has not reported since "
              + p.renewedAt()
              + ". It goes on by itself if it can; look at its log if this stays.");
    }
    if (p.reason() != null && !p.reason().isBlank()) {
      return new Why(p.reason(), Sentence.ended(p.message()));
    }
    return switch (p.situation()) {
      case STARTING -> Why.of(Reason.Starting, "Driver pod " + driver.pod() + " is starting.");
      case RECOVERING ->
          Why.of(Reason.Recovering, "Driver pod " + driver.pod() + " is recovering.");
      case STOPPING ->
          Why.of(Reason.WaitingForDriver, "Driver pod " + driver.pod() + " is stopping.");
      case RUNNING, WAITING, UNKNOWN ->
          p.lastCommitAt() == null
              ? Why.of(Reason.Starting, "Driver pod " + driver.pod() + " works on its first batch.")
              : Why.of(
                  Reason.NoRecentCommit,
                  "The last commit of driver pod "
                      + driver.pod()
                      + " was at "
                      + p.lastCommitAt()
                      + ", more than three batch intervals ago. Batches take too long, or its log says why.");
    };
  }

  private static Why silentSoFar(DriverSeen driver, Memory memory) {
    if (driver.problem() != null) {
      return Why.of(
          driver.problem().reason(),
          "Driver pod "
              + driver.pod()
              + " does not start: "
              + Sentence.ended(driver.problem().message()));
    }
    boolean recovery = memory.ended() != null && DriverRules.recovers(memory.ended().reason());
    String after = recovery ? " after " + memory.ended().reason() : "";
    return Why.of(
        recovery ? Reason.Recovering : Reason.Starting,
        "Driver pod " + driver.pod() + " is " + phase(driver) + after + ".");
  }

  private static String phase(DriverSeen driver) {
    return switch (driver.phase()) {
      case PENDING -> "being started by Kubernetes";
      case RUNNING -> "starting";
      case FINISHED -> "not running";
    };
  }

  /** A pod that does not start may say why only in events, which nobody watches. */
  private static Instant glance(Observation seen, DriverSeen driver) {
    return driver.phase() == DriverSeen.Phase.PENDING ? seen.now().plus(GLANCE) : null;
  }

  /**
   * The next instant at which silence alone changes the picture; of a driver that works that is
   * told by {@link Decision#workingUntil}.
   */
  private static Instant wake(Situation situation, Observation seen, ProgressSeen p) {
    return situation != Situation.RUNNING && p.renewedAt() != null && !Situations.silent(seen, p)
        ? Situations.silentFrom(p).plusMillis(1)
        : null;
  }
}
