package dev.tidemark.operator.core;

import java.time.Instant;

/**
 * The few facts no pod can tell, kept in the status. Losing them costs counts and a check run,
 * never data.
 *
 * @param attempt highest attempt number used
 * @param launched highest attempt known to have had a pod
 * @param image image recorded when a definition was first accepted; null before
 * @param accepted the definition and image that were accepted last; null before
 * @param refusal the last refused definition; null when there is none
 * @param leaving the driver that was told to go, or that somebody deleted; null when there is none
 * @param ended how the last driver ended; null before
 * @param failures own failures since the last healthy time
 * @param fruitless attempts in a row that failed without a commit: the exponent of the backoff
 * @param restarts restarts nobody asked for, over all attempts
 * @param notBefore the next start waits until then; null when it does not
 * @param rejection what the API server refused to create; null when it did not
 */
public record Memory(
    int attempt,
    int launched,
    String image,
    Fingerprint.Key accepted,
    Refusal refusal,
    Leaving leaving,
    Ended ended,
    int failures,
    int fruitless,
    int restarts,
    Instant notBefore,
    Rejection rejection) {

  /** A job that never ran. */
  public static final Memory NONE =
      new Memory(0, 0, null, null, null, null, null, 0, 0, 0, null, null);

  /** A verdict that says no, and when to ask again if that can help. */
  public record Refusal(
      Fingerprint.Key key,
      long generation,
      String reason,
      String message,
      boolean retryable,
      int tries,
      Instant at) {}

  /** A driver on its way out: why, and since when. */
  public record Leaving(int attempt, String reason, Instant at) {}

  /**
   * The end of an attempt.
   *
   * @param held repetition does not help, or only now and then ({@code retryable}), until the spec
   *     changes
   * @param tries how often in a row it was held for the same reason
   */
  public record Ended(
      int attempt,
      String reason,
      String message,
      Instant at,
      long generation,
      String specHash,
      boolean held,
      boolean retryable,
      int tries) {}

  /** The API server refused an object: tried again with backoff. */
  public record Rejection(Reason reason, String message, long generation, int tries, Instant at) {}

  Memory numbered(int newAttempt, int newLaunched) {
    return new Memory(
        newAttempt,
        newLaunched,
        image,
        accepted,
        refusal,
        leaving,
        ended,
        failures,
        fruitless,
        restarts,
        notBefore,
        rejection);
  }

  Memory accepted(Fingerprint.Key key) {
    return new Memory(
        attempt,
        launched,
        key.image(),
        key,
        null,
        leaving,
        ended,
        failures,
        fruitless,
        restarts,
        notBefore,
        rejection);
  }

  Memory refused(Refusal newRefusal) {
    return new Memory(
        attempt,
        launched,
        image,
        accepted,
        newRefusal,
        leaving,
        ended,
        failures,
        fruitless,
        restarts,
        notBefore,
        rejection);
  }

  Memory leaving(Leaving newLeaving) {
    return new Memory(
        attempt,
        launched,
        image,
        accepted,
        refusal,
        newLeaving,
        ended,
        failures,
        fruitless,
        restarts,
        notBefore,
        rejection);
  }

  Memory ended(Ended newEnded, Instant newNotBefore) {
    return new Memory(
        attempt,
        launched,
        image,
        accepted,
        refusal,
        null,
        newEnded,
        failures,
        fruitless,
        restarts,
        newNotBefore,
        rejection);
  }

  Memory counted(int newFailures, int newFruitless, int newRestarts) {
    return new Memory(
        attempt,
        launched,
        image,
        accepted,
        refusal,
        leaving,
        ended,
        newFailures,
        newFruitless,
        newRestarts,
        notBefore,
        rejection);
  }

  Memory rejected(Rejection newRejection) {
    return new Memory(
        attempt,
        launched,
        image,
        accepted,
        refusal,
        leaving,
        ended,
        failures,
        fruitless,
        restarts,
        notBefore,
        newRejection);
  }

  /** After a launch: nothing of the attempt before stands in the way any more. */
  Memory launched(int newAttempt) {
    return new Memory(
        newAttempt,
        newAttempt,
        image,
        accepted,
        refusal,
        null,
        ended,
        failures,
        fruitless,
        restarts,
        null,
        null);
  }
}
