package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Run;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.streaming.Time;

/**
 * The output of the graph. It holds nothing and asks the run: a checkpoint written today is run
 * tomorrow with tomorrow's filter code, rate, brokers and epoch.
 */
final class WriteRows implements VoidFunction2<JavaRDD<ConsumerRecord<byte[], byte[]>>, Time> {
  private static final long serialVersionUID = 1L;

  @Override
  public void call(JavaRDD<ConsumerRecord<byte[], byte[]>> rdd, Time time) {
    Run.current().batch(time.milliseconds(), () -> Ranges.of(rdd));
  }
}
