package dev.tidemark.job.kafka;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

/** The brokers of a job, to be asked for what is no stream. */
public final class Brokers implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 15;
  private static final Duration PARTING = Duration.ofMillis(500);

  private final String addresses;
  private final Admin admin;

  /**
   * Makes the client; brokers are asked later.
   *
   * @throws Trouble when the client cannot even be made
   */
  public Brokers(Settings settings) {
    addresses = settings.runtime().source().bootstrapServers();
    try {
      admin = Admin.create(KafkaParameters.admin(settings));
    } catch (KafkaException e) {
      throw trouble(e);
    }
  }

  /** The client; what it promises is for {@link #await}. */
  public Admin admin() {
    return admin;
  }

  /** Where they were looked for, for people. */
  public String addresses() {
    return addresses;
  }

  /**
   * The answer.
   *
   * @throws Trouble {@code KafkaUnavailable}, {@code KafkaAccessDenied}, {@code TopicNotFound}
   */
  public <T> T await(KafkaFuture<T> future) {
    try {
      return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw trouble(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw trouble(e);
    }
  }

  /** What an exception of any client of these brokers means. */
  public Trouble trouble(Exception e) {
    return KafkaTrouble.in(e, addresses)
        .orElseGet(
            () ->
                new Trouble(
                    Reason.KafkaUnavailable,
                    "the brokers at " + addresses + " do not answer: " + e,
                    e));
  }

  @Override
  public void close() {
    admin.close(PARTING);
  }
}
