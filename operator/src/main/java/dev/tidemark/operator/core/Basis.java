package dev.tidemark.operator.core;

import java.util.Optional;

/**
 * What the next driver would be made from.
 *
 * @param recordedAttempt 0 for the spec of the job; else the attempt whose recorded spec is used
 */
record Basis(Fingerprint of, int recordedAttempt) {

  /**
   * The spec of the job once it is accepted; until then the newest one that ran; nothing before the
   * first.
   */
  static Optional<Basis> of(Observation seen, Judgement judgement) {
    Fingerprint wanted = seen.wanted().fingerprint(CheckRules.image(seen, judgement.memory()));
    if (judgement.stand() == Judgement.Stand.ACCEPTED) {
      return Optional.of(new Basis(wanted, 0));
    }
    return CheckRules.newest(seen)
        .map(
            r ->
                new Basis(
                    new Fingerprint(
                        r.made().generation(),
                        r.made().specHash(),
                        r.made().definition(),
                        r.made().image(),
                        wanted.restartNonce()),
                    r.attempt()));
  }

  /** An attempt made from it. */
  DriverPlan plan(Observation seen, int attempt, DriverPlan.Previous previous) {
    return new DriverPlan(attempt, of, recordedAttempt, previous, CheckRules.last(seen));
  }

  /** Why a driver made from something else has to be replaced; empty when it need not. */
  Optional<Reason> outdated(DriverSeen driver) {
    if (!driver.made().restartNonce().equals(of.restartNonce())) {
      return Optional.of(Reason.RestartRequested);
    }
    if (recordedAttempt > 0 || driver.made().specHash().equals(of.specHash())) {
      return Optional.empty();
    }
    return Optional.of(
        driver.made().definition().equals(of.definition())
            ? Reason.SettingsChanged
            : Reason.DefinitionChanged);
  }
}
