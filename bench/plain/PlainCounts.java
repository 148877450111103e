import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.Optional;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.ConsumerStrategies;
import org.apache.spark.streaming.kafka010.HasOffsetRanges;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.kafka010.OffsetRange;
import scala.Tuple2;

/**
 * The two programs as one would write them by hand in Spark Streaming, with none of Tidemark's
 * guarantees: what the throughput of Tidemark is compared with. Prints "read N at MILLIS" after
 * each batch.
 *
 * <p>Arguments: words|running, brokers, topic, JDBC URL, batch milliseconds, records per second and
 * partition, checkpoint directory. Spark's other settings come as system properties.
 */
public final class PlainCounts {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static void main(String[] a) throws Exception {
    boolean words = a[0].equals("words");
    String url = a[3] + "?reWriteBatchedInserts=true";
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
    long[] ends = new long[1];
    Map<Long, Long> reads = new HashMap<>();
    JavaPairDStream<String, Long> counts =
        words
            ? stream
                .flatMap(r -> Arrays.asList(r.value().split(" ")).iterator())
                .mapToPair(w -> new Tuple2<>(w, 1L))
                .reduceByKey(Long::sum)
            : stream
                .mapToPair(r -> new Tuple2<>(key(r.value()), 1L))
                .reduceByKey(Long::sum)
                .mapWithState(
                    StateSpec.function(
                        (String key, Optional<Long> more, State<Long> state) -> {
                          long sum = more.get() + (state.exists() ? state.get() : 0);
                          state.update(sum);
                          return new Tuple2<>(key, sum);
                        }))
                .mapToPair(t -> t);
    stream.foreachRDD(
        (rdd, time) -> {
          long records = 0;
          for (OffsetRange range : ((HasOffsetRanges) rdd.rdd()).offsetRanges()) {
            records += range.untilOffset() - range.fromOffset();
          }
          reads.put(time.milliseconds(), records);
        });
    counts.foreachRDD(
        (JavaPairRDD<String, Long> rdd, org.apache.spark.streaming.Time time) -> {
          rdd.foreachPartition(rows -> write(url, words, rows));
          ends[0] += reads.getOrDefault(time.milliseconds(), 0L);
          System.out.println("read " + ends[0] + " at " + System.currentTimeMillis());
        });
    context.start();
    context.awaitTermination();
  }

  private static String key(String value) throws Exception {
    JsonNode node = JSON.readTree(value);
    return node.hasNonNull("k") ? node.get("k").asText() : "";
  }

  private static void write(String url, boolean words, Iterator<Tuple2<String, Long>> rows)
      throws Exception {
    if (!rows.hasNext()) {
      return;
    }
    try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres")) {
      connection.setAutoCommit(false);
      String sql =
          words
              ? "INSERT INTO plain (k, n) VALUES (?, ?)"
              : "INSERT INTO plain (k, n) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET n = excluded.n";
      try (PreparedStatement insert = connection.prepareStatement(sql)) {
        int batch = 0;
        while (rows.hasNext()) {
          Tuple2<String, Long> row = rows.next();
          insert.setString(1, row._1());
          insert.setLong(2, row._2());
          insert.addBatch();
          if (++batch % 1_000 == 0) {
            insert.executeBatch();
          }
        }
        insert.executeBatch();
      }
      connection.commit();
    }
  }
}
