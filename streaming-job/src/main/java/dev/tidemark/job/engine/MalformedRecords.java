package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Malformed;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.postgres.DeadLetters;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run does with records that an expression fails on, as tasks carry it: what the settings of
 * the pod they run in say.
 */
public final class MalformedRecords implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final Logger LOG = LoggerFactory.getLogger(MalformedRecords.class);

  private final String jobId;
  private final long epoch;
  private final LongAccumulator leftOut;

  private MalformedRecords(String jobId, long epoch, LongAccumulator leftOut) {
    this.jobId = jobId;
    this.epoch = epoch;
    this.leftOut = leftOut;
  }

  public static MalformedRecords of(SparkContext spark, String jobId, long epoch) {
    return new MalformedRecords(jobId, epoch, spark.longAccumulator("records left out"));
  }

  /** How many were left out by tasks that have ended. */
  long leftOut() {
    return leftOut.sum();
  }

  /** For the records of one range, where its task runs. */
  Malformed here() {
    return switch (Mounted.SETTINGS.runtime().source().onMalformed()) {
      case "Drop" -> new LeftOut(false);
      case "DeadLetter" -> new LeftOut(true);
      default -> Malformed.STOPS;
    };
  }

  private final class LeftOut implements Malformed {
    private final boolean keeps;
    private final List<DeadLetters.Letter> letters = new ArrayList<>();
    private long lastOffset = -1;

    LeftOut(boolean keeps) {
      this.keeps = keeps;
    }

    @Override
    public void met(ConsumerRecord<byte[], byte[]> record, Trouble why) {
      if (record.offset() == lastOffset) {
        return; // another element of the same record
      }
      if (lastOffset < 0) {
        LOG.warn("left out: {} (further ones of this range are only counted)", why.getMessage());
      }
      lastOffset = record.offset();
      leftOut.add(1);
      if (keeps) {
        letters.add(new DeadLetters.Letter(record, why.getMessage()));
      }
    }

    @Override
    public void end() {
      if (!letters.isEmpty()) {
        Settings.Jdbc jdbc = Mounted.SETTINGS.definition().sink().jdbc();
        new DeadLetters(jdbc, jobId, epoch).write(letters);
      }
    }
  }
}
