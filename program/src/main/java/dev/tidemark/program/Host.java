package dev.tidemark.program;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.dstream.DStream;

/**
 * What runs a program: the driver in Tidemark's image. {@link Tidemark} says what each method
 * promises; programs call that.
 */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this is for
public interface Host {
  StreamingContext streamingContext();

  DStream<ConsumerRecord<byte[], byte[]>> records(StreamingContext context);

  <T> void eachPartition(RDD<T> rdd, PartitionWork<T> work);

  <T> void eachBatch(RDD<T> rdd, BatchWork<T> work);

  void afterwards(RDD<?> rdd, Action action);
}
