package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.StateRecovery;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.SparkContext;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;

/**
 * Makes the streaming context of a run, on a Spark context that exists already, so that today's
 * configuration holds.
 */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this engine is
public final class Contexts {
  private Contexts() {}

  static StreamingContext make(Prepared run, Recovery recovery, SparkContext spark) {
    if (recovery.checkpoint().isPresent()) {
      FoundCheckpoint found = recovery.checkpoint().get();
      return new StreamingContext(spark, found.tidied(run.ownPath(), run.reading()), null);
    }
    StreamingContext context = build(run, spark);
    context.checkpoint(run.ownPath());
    return context;
  }

  /** A context that goes on from state instead. */
  static StreamingContext make(
      Prepared run, StateRecovery.Recovered state, int partitions, SparkContext spark) {
    StreamingContext context = empty(run, spark);
    StateGraph.build(source(context), state, run.settings(), partitions);
    context.checkpoint(run.ownPath());
    return context;
  }

  private static StreamingContext build(Prepared run, SparkContext spark) {
    StreamingContext context = empty(run, spark);
    source(context).foreachRDD(new WriteRows());
    return context;
  }

  /** A context without any stream. */
  public static StreamingContext empty(Prepared run, SparkContext spark) {
    return new StreamingContext(
        spark, new Duration(run.settings().definition().batchIntervalMillis()));
  }

  /** The batches of the current run; a batch has offset ranges, and is not to be read itself. */
  public static JavaInputDStream<ConsumerRecord<byte[], byte[]>> source(StreamingContext context) {
    return KafkaUtils.createDirectStream(
        new JavaStreamingContext(context),
        LocationStrategies.PreferConsistent(),
        new AssignFromRun(),
        new RateOfRun());
  }
}
