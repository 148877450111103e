package dev.tidemark.operator.core;

/**
 * Something to do. A new kind of action needs a new method of {@link Effects}, and so cannot be
 * forgotten anywhere.
 */
public sealed interface Action {
  /** Does it. */
  Outcome perform(Effects effects);

  /** Starts a check run. */
  record StartCheck(CheckPlan plan) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.startCheck(plan);
    }
  }

  /** Removes a check run. */
  record RemoveCheck(String pod, String podUid) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.removeCheck(pod, podUid);
    }
  }

  /** Launches a driver. */
  record LaunchDriver(DriverPlan plan) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.launchDriver(plan);
    }
  }

  /**
   * Asks the API server whether it would take a driver, before the one that runs is stopped for it.
   */
  record TryDriver(DriverPlan plan) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.tryDriver(plan);
    }
  }

  /**
   * Makes the pod of the next attempt, which gets ready and waits for its turn. Where the quota has
   * no room for both, none is made, and that is no refusal.
   */
  record PrepareDriver(DriverPlan plan) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.prepareDriver(plan);
    }
  }

  /** Lets a driver that was made ready begin; from then on it counts as the driver. */
  record GiveTurn(int attempt, DriverPlan.Previous previous) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.giveTurn(attempt, previous);
    }
  }

  /** Starts the run that puts a backup in the place of the checkpoint. */
  record StartRestore(RestorePlan plan) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.startRestore(plan);
    }
  }

  /** Makes the Lease a driver reports in. */
  record RestoreLease() implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.restoreLease();
    }
  }

  /** Stops a driver after its batch. */
  record StopDriver(String pod, String podUid) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.stopDriver(pod, podUid);
    }
  }

  /**
   * Removes the pod of a driver whose node does not answer, without waiting for that node. The
   * kubelet ends what runs there should it come back.
   */
  record AbandonDriver(String pod, String podUid) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.abandonDriver(pod, podUid);
    }
  }

  /** Removes a driver pod that ended. */
  record RemoveDriver(String pod, String podUid) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.removeDriver(pod, podUid);
    }
  }

  /** Removes the settings of an old attempt. */
  record ForgetSettings(int attempt) implements Action {
    @Override
    public Outcome perform(Effects effects) {
      return effects.forgetSettings(attempt);
    }
  }
}
