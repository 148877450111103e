package dev.tidemark.job.sink.topic;

import dev.tidemark.job.kafka.Brokers;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.List;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/** What a job will ask of the topic it writes to, asked without writing. */
public final class TopicCheck {
  private TopicCheck() {}

  /**
   * Looks at the topic.
   *
   * @throws Trouble {@code TopicNotFound}, {@code SinkPermissionDenied}, or what keeps Kafka from
   *     answering
   */
  public static void run(Settings settings) {
    String topic = settings.definition().sink().kafka().topic();
    try (Brokers brokers = new Brokers(settings)) {
      TopicDescription found = describe(brokers, topic);
      // Null where brokers do not tell: those without an authorizer, or older ones.
      boolean refused =
          found.authorizedOperations() != null
              && !found.authorizedOperations().contains(AclOperation.WRITE)
              && !found.authorizedOperations().contains(AclOperation.ALL);
      if (refused) {
        throw mayNotWrite(brokers, topic, null);
      }
    }
  }

  private static Trouble mayNotWrite(Brokers brokers, String topic, Trouble cause) {
    return new Trouble(
        Reason.SinkPermissionDenied,
        "the brokers at "
            + brokers.addresses()
            + " let this job not write to sink.kafka.topic "
            + topic
            + ": allow its user WRITE on the topic",
        cause);
  }

  private static TopicDescription describe(Brokers brokers, String topic) {
    try {
      return brokers
          .await(
              brokers
                  .admin()
                  .describeTopics(
                      List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                  .allTopicNames())
          .get(topic);
    } catch (Trouble e) {
      if (e.reason() == Reason.TopicNotFound) {
        throw new Trouble(
            Reason.TopicNotFound,
            "sink.kafka.topic "
                + topic
                + " does not exist at "
                + brokers.addresses()
                + "; create it, with as many partitions as its readers want",
            e);
      }
      // Who may do nothing with a topic may not see it either; who may write it does.
      boolean hidden = e.isFrom(TopicAuthorizationException.class);
      throw hidden ? mayNotWrite(brokers, topic, e) : e;
    }
  }
}
