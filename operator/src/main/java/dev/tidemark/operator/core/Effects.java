package dev.tidemark.operator.core;

/** What the operator can do to the world. Each of these may be repeated without harm. */
public interface Effects {
  /** Creates the check pod and its settings. */
  Outcome startCheck(CheckPlan plan);

  /** Deletes a check pod, of any state, and its settings. */
  Outcome removeCheck(String pod, String podUid);

  /** Creates account, settings and pod of an attempt. */
  Outcome launchDriver(DriverPlan plan);

  /** Asks whether the API server would take the pod of an attempt; makes nothing. */
  Outcome tryDriver(DriverPlan plan);

  /** Creates account, settings and pod of an attempt that is to wait for its turn. */
  Outcome prepareDriver(DriverPlan plan);

  /** Notes on the driver pod of an attempt that it waits no more, then tells it so. */
  Outcome giveTurn(int attempt, DriverPlan.Previous previous);

  /** Asks a driver pod to finish its batch and leave. */
  Outcome stopDriver(String pod, String podUid);

  /** Deletes the pod of a driver whose node does not answer, without its node's consent. */
  Outcome abandonDriver(String pod, String podUid);

  /** Deletes a driver pod whose containers ended. */
  Outcome removeDriver(String pod, String podUid);

  /** Deletes the settings of an old attempt. */
  Outcome forgetSettings(int attempt);

  /** Creates the run of a restore. */
  Outcome startRestore(RestorePlan plan);

  /** Creates the Lease a driver reports in. */
  Outcome restoreLease();
}
