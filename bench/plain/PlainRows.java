import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
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
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;

/**
 * The article's first program as one would write it by hand: important records in upper case to a
 * database, recovered from a checkpoint. What Tidemark's recovery is compared with; a shell loop
 * starts it again.
 *
 * <p>Arguments: brokers, topic, JDBC URL, checkpoint directory. Spark's other settings come as
 * system properties.
 */
public final class PlainRows {
  public static void main(String[] a) throws Exception {
    JavaStreamingContext context =
        JavaStreamingContext.getOrCreate(a[3], () -> create(a[0], a[1], a[2], a[3]));
    context.start();
    context.awaitTermination();
  }

  private static JavaStreamingContext create(
      String brokers, String topic, String url, String checkpoint) {
    SparkConf conf =
        new SparkConf().setMaster("local[2]").setAppName("plain").set("spark.ui.enabled", "false");
    JavaStreamingContext context = new JavaStreamingContext(conf, new Duration(1_000));
    context.checkpoint(checkpoint);
    Map<String, Object> kafka = new HashMap<>();
    kafka.put("bootstrap.servers", brokers);
    kafka.put("group.id", "plain");
    kafka.put("auto.offset.reset", "latest");
    kafka.put("enable.auto.commit", false);
    kafka.put("key.deserializer", StringDeserializer.class);
    kafka.put("value.deserializer", StringDeserializer.class);
    JavaInputDStream<ConsumerRecord<String, String>> stream =
        KafkaUtils.createDirectStream(
            context,
            LocationStrategies.PreferConsistent(),
            ConsumerStrategies.<String, String>Subscribe(List.of(topic), kafka));
    stream
        .filter(record -> record.value() != null && record.value().contains("important"))
        .map(record -> record.value().toUpperCase())
        .foreachRDD(
            rdd ->
                rdd.foreachPartition(
                    values -> {
                      try (Connection connection =
                              DriverManager.getConnection(url, "postgres", "postgres");
                          PreparedStatement insert =
                              connection.prepareStatement("INSERT INTO results VALUES (?)")) {
                        while (values.hasNext()) {
                          insert.setString(1, values.next());
                          insert.addBatch();
                        }
                        insert.executeBatch();
                      }
                    }));
    return context;
  }
}
