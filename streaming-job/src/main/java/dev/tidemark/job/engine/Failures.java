package dev.tidemark.job.engine;

import dev.tidemark.job.kafka.KafkaTrouble;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;

/**
 * What a failure of a start or a batch means: the trouble in it, however deep Spark has wrapped it.
 */
final class Failures {
  private Failures() {}

  static Trouble of(Throwable failure, Settings settings, Reason otherwise) {
    Trouble found = null;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof Trouble trouble && trouble.reason() != Reason.BatchFailed) {
        found = trouble; // the deepest one is what happened first
      }
    }
    if (Reach.skips(settings) && isOutOfRange(failure)) {
      return new Trouble(
          Reason.BatchFailed,
          "Kafka dropped records before they were read; the next run skips them"
              + " (source.onOffsetsExpired: SkipToEarliest)",
          failure);
    }
    if (found != null) {
      return found;
    }
    Optional<Trouble> kafka =
        KafkaTrouble.in(failure, settings.runtime().source().bootstrapServers());
    if (kafka.isPresent()) {
      return kafka.get();
    }
    if (StoreTrouble.isAway(failure)) {
      return StoreTrouble.of(failure, settings.runtime().checkpoint().path());
    }
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t.getClass().getName().startsWith("io.fabric8.kubernetes.client.")) {
        return new Trouble(
            Reason.ExecutorsPending,
            "the API server does not give executors: " + t.getMessage(),
            failure);
      }
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new Trouble(
        otherwise,
        otherwise == Reason.StartFailed
            ? "the run could not start: " + root
            : "a batch failed: " + root,
        failure);
  }

  private static boolean isOutOfRange(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof OffsetOutOfRangeException) {
        return true;
      }
    }
    return false;
  }
}
