package dev.tidemark.operator.core;

import java.time.Instant;
import java.util.Optional;

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
 * @param restore which restores were carried out
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
    Rejection rejection,
    Restore restore) {

  /** A job that never ran. */
  public static final Memory NONE =
      new Memory(0, 0, null, null, null, null, null, 0, 0, 0, null, null, Restore.NONE);

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

  /**
   * Which restores were carried out, or could not be: none is tried twice.
   *
   * @param answered the request of spec.restore that was answered last; null before
   * @param rescued the attempt whose lost checkpoint was replaced last; 0 before
   * @param last how the last one ended; null before
   */
  public record Restore(String answered, int rescued, LastRestore last) {
    static final Restore NONE = new Restore(null, 0, null);
  }

  /** How a restore ended; epoch 0 and names that are null where there is none. */
  public record LastRestore(
      String requestId,
      boolean completed,
      String backup,
      long epoch,
      String safetyBackup,
      String reason,
      String message,
      Instant startedAt,
      Instant completedAt) {}

  /** Why that attempt is on its way out; empty while it is not. */
  Optional<Leaving> leavingOf(int ofAttempt) {
    return Optional.ofNullable(leaving).filter(l -> l.attempt() == ofAttempt);
  }

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
        rejection,
        restore);
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
        rejection,
        restore);
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
        rejection,
        restore);
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
        rejection,
        restore);
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
        rejection,
        restore);
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
        rejection,
        restore);
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
        newRejection,
        restore);
  }

  /** After a launch: nothing of the attempt before stands in the way any more. */
  Memory launched(int newAttempt) {
    return new Memory(
        Math.max(attempt, newAttempt),
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
        null,
        restore);
  }

  Memory restored(Restore newRestore) {
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
        rejection,
        newRestore);
  }

  /** What the last driver stopped for is put right: the next one may start. */
  Memory released() {
    Ended free =
        new Ended(
            ended.attempt(),
            ended.reason(),
            ended.message(),
            ended.at(),
            ended.generation(),
            ended.specHash(),
            false,
            false,
            ended.tries());
    return ended(free, null);
  }
}
