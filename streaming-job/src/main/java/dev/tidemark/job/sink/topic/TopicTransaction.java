package dev.tidemark.job.sink.topic;

import dev.tidemark.job.kafka.KafkaParameters;
import dev.tidemark.job.kafka.KafkaTrouble;
import dev.tidemark.job.ledger.GroupMember;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.Line;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transactions under one id, one after the other: lines into a topic, and offsets of the group that
 * is the ledger. The broker commits both or neither (KIP-98, KIP-447). Once a producer was fenced
 * nothing is written under the id by this run any more.
 */
final class TopicTransaction implements AutoCloseable {
  /** What the ledger says to a run that it does not belong to. */
  private static final Set<Reason> REFUSALS =
      Set.of(Reason.Fenced, Reason.LedgerWentBack, Reason.LedgerSealed);

  private static final Logger LOG = LoggerFactory.getLogger(TopicTransaction.class);

  private final Settings settings;
  private final String topic;
  private final String id;
  private final GroupMember.Proof place;
  private final Runnable stillMine;
  private KafkaProducer<byte[], byte[]> producer;
  private Trouble fenced;

  /**
   * Nothing is asked of the brokers yet.
   *
   * @param stillMine throws when the ledger is not this run's any more
   */
  TopicTransaction(Settings settings, String id, GroupMember.Proof place, Runnable stillMine) {
    this.stillMine = stillMine;
    this.settings = settings;
    this.topic = settings.definition().sink().kafka().topic();
    this.id = id;
    this.place = place;
  }

  /**
   * Ends what an earlier transaction under this id left open, before the ledger is asked.
   *
   * @return false when a producer had to be made: what came last under this id may be another's, or
   *     have failed
   */
  synchronized boolean begin() {
    if (fenced != null) {
      throw fenced;
    }
    if (producer != null) {
      return true;
    }
    try {
      producer = new KafkaProducer<>(KafkaParameters.producer(settings, id));
      producer.initTransactions();
      return false;
    } catch (KafkaException e) {
      close();
      throw trouble(e);
    }
  }

  /**
   * Writes all lines and moves the offsets; {@link #begin} came before.
   *
   * @return how many lines
   * @throws Trouble {@code Fenced}, {@code LedgerWentBack}; {@code BatchFailed} when the place in
   *     the group was lost but not to a later run; {@code SinkRejectedRow}; what keeps Kafka from
   *     answering. Whether the transaction was committed is then known after the next {@link
   *     #begin}
   */
  synchronized long run(Iterator<Line> lines, Map<TopicPartition, OffsetAndMetadata> offsets) {
    try {
      return transaction(lines, offsets);
    } catch (KafkaException e) {
      throw trouble(e);
    }
  }

  private long transaction(Iterator<Line> lines, Map<TopicPartition, OffsetAndMetadata> offsets) {
    AtomicReference<Exception> refused = new AtomicReference<>();
    Callback answered =
        (metadata, e) -> {
          if (e != null) {
            refused.compareAndSet(null, e);
          }
        };
    long count = 0;
    boolean clean = false;
    try {
      producer.beginTransaction();
      while (lines.hasNext() && refused.get() == null) {
        Line line = lines.next();
        var unused = // the callback tells, and the flush waits
            producer.send(new ProducerRecord<>(topic, line.key(), line.value()), answered);
        count++;
      }
      producer.flush();
      if (refused.get() != null) {
        throw new KafkaException(refused.get());
      }
      producer.sendOffsetsToTransaction(offsets, place.metadata());
      producer.commitTransaction();
      clean = true;
      return count;
    } finally {
      if (!clean) {
        giveUp();
      }
    }
  }

  /** Readers of committed records wait for the end of what is open. */
  private void giveUp() {
    try {
      producer.abortTransaction();
    } catch (KafkaException e) {
      LOG.debug("the next transaction under {} ends it: {}", id, e.toString());
    }
    close();
  }

  private Trouble trouble(KafkaException e) {
    // A producer that was fenced says so in one of many ways, so the ledger is asked first.
    Optional<Trouble> refusal = refusal();
    if (refusal.isPresent()) {
      fenced = refusal.get();
      return fenced;
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof ProducerFencedException
          || t instanceof InvalidProducerEpochException
          || t instanceof FencedInstanceIdException
          || t instanceof CommitFailedException) {
        fenced =
            new Trouble(
                Reason.BatchFailed,
                "the brokers take no more transactions of "
                    + place.group()
                    + " from this run, whose heartbeats they have missed; the next run takes the place again",
                e);
        return fenced;
      }
      if (t instanceof RecordTooLargeException) {
        return new Trouble(
            Reason.SinkRejectedRow,
            "a row is too large for the topic "
                + topic
                + ": "
                + t.getMessage()
                + " Raise max.message.bytes of the topic, or let filter or select leave such rows out",
            e);
      }
    }
    String brokers = settings.runtime().source().bootstrapServers();
    return KafkaTrouble.in(e, brokers)
        .orElseGet(
            () ->
                new Trouble(
                    Reason.KafkaUnavailable,
                    "writing to the topic " + topic + " at " + brokers + " failed: " + e,
                    e));
  }

  /** What the ledger says against this run. */
  private Optional<Trouble> refusal() {
    try {
      stillMine.run();
      return Optional.empty();
    } catch (Trouble e) {
      return Optional.of(e).filter(t -> REFUSALS.contains(t.reason()));
    }
  }

  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ZERO);
      producer = null;
    }
  }
}
