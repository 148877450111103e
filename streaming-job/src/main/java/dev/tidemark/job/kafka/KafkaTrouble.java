package dev.tidemark.job.kafka;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.secrets.Authorities;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What an exception of a Kafka client means for the job. */
public final class KafkaTrouble {
  private KafkaTrouble() {}

  /** The trouble somewhere in the chain of causes, or empty when none of it is Kafka's. */
  public static Optional<Trouble> in(Throwable failure, String brokers) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      Optional<Trouble> found = one(t, failure, brokers);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<Trouble> one(Throwable t, Throwable failure, String brokers) {
    if (t instanceof OffsetOutOfRangeException outOfRange) {
      return Optional.of(
          new Trouble(
              Reason.OffsetsExpired,
              "Kafka no longer holds offsets that are needed: "
                  + outOfRange.offsetOutOfRangePartitions()
                  + "; the records between are lost to this job. Restore them in the topic, or set source.onOffsetsExpired"
                  + " to SkipToEarliest to go on at the oldest record left",
              failure));
    }
    if (t instanceof AuthenticationException || t instanceof AuthorizationException) {
      return Optional.of(
          new Trouble(
              Reason.KafkaAccessDenied,
              "the brokers at "
                  + brokers
                  + " refuse this job: "
                  + t.getMessage()
                  + Authorities.advice(t, "source.caSecretRef", "; check the credentials and ACLs"),
              failure));
    }
    if (t instanceof UnknownTopicOrPartitionException || t instanceof InvalidTopicException) {
      return Optional.of(
          new Trouble(
              Reason.TopicNotFound, "Kafka at " + brokers + ": " + t.getMessage(), failure));
    }
    if (t instanceof ConfigException && String.valueOf(t.getMessage()).contains("bootstrap")) {
      return Optional.of(
          new Trouble(
              Reason.KafkaUnavailable,
              "none of the brokers in "
                  + brokers
                  + " can be resolved; check source.bootstrapServers and DNS",
              failure));
    }
    if (t instanceof ConfigException) {
      return Optional.of(
          new Trouble(
              Reason.InvalidSettings,
              "source.properties: Kafka's client refuses: " + t.getMessage(),
              failure));
    }
    if (t instanceof RetriableException) {
      return Optional.of(
          new Trouble(
              Reason.KafkaUnavailable,
              "the brokers at " + brokers + " do not answer: " + t.getMessage(),
              failure));
    }
    if (t instanceof ApiException) {
      return Optional.of(
          new Trouble(
              Reason.KafkaUnavailable, "the brokers at " + brokers + " answered: " + t, failure));
    }
    return Optional.empty();
  }
}
