import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.spark.SparkConf;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.ConsumerStrategies;
import org.apache.spark.streaming.kafka010.HasOffsetRanges;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.kafka010.OffsetRange;

/**
 * The article's first job with files in place of the table, as one would write it by hand: each
 * batch into a directory of its own. Prints "read N at MILLIS" after each batch.
 *
 * <p>Arguments: a word that says nothing, brokers, topic, path of the results, batch milliseconds,
 * records per second and partition, checkpoint directory. Spark's other settings come as system
 * properties.
 */
public final class PlainFiles {
  public static void main(String[] a) throws Exception {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2]")
            .setAppName("plain")
            .set("spark.streaming.kafka.maxRatePerPartition", a[5])
            .set("spark.ui.enabled", "false");
    JavaStreamingContext context =
        new JavaStreamingContext(conf, new Duration(Long.parseLong(a[4])));
    context.checkpoint(a[6]);
    Map<String, Object> kafka = new HashMap<>();
    kafka.put("bootstrap.servers", a[1]);
    kafka.put("group.id", "plain");
    kafka.put("auto.offset.reset", "earliest");
    kafka.put("enable.auto.commit", false);
    kafka.put("key.deserializer", StringDeserializer.class);
    kafka.put("value.deserializer", StringDeserializer.class);
    JavaInputDStream<ConsumerRecord<String, String>> stream =
        KafkaUtils.createDirectStream(
            context,
            LocationStrategies.PreferConsistent(),
            ConsumerStrategies.<String, String>Subscribe(List.of(a[2]), kafka));
    long[] read = new long[1];
    stream.foreachRDD(
        (rdd, time) -> {
          OffsetRange[] ranges = ((HasOffsetRanges) rdd.rdd()).offsetRanges();
          if (!rdd.isEmpty()) {
            rdd.filter(record -> record.value() != null && record.value().contains("important"))
                .map(record -> "{\"value\":\"" + record.value().toUpperCase() + "\"}")
                .saveAsTextFile(a[3] + "/" + time.milliseconds());
          }
          for (OffsetRange range : ranges) {
            read[0] += range.untilOffset() - range.fromOffset();
          }
          System.out.println("read " + read[0] + " at " + System.currentTimeMillis());
        });
    context.start();
    context.awaitTermination();
  }
}
