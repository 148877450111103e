import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.function.ForeachPartitionFunction;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StreamingQueryListener;
import org.apache.spark.sql.streaming.Trigger;

/**
 * The programs of {@code PlainCounts} and {@code PlainTopic} as one would write them by hand in
 * Structured Streaming, with Spark's own source and sink of Kafka and its own state, and with none
 * of Tidemark's guarantees. Prints "read N at MILLIS" after each batch.
 *
 * <p>Arguments: words|running|topic, brokers, topic, JDBC URL or topic of the results, batch
 * milliseconds, records per second and partition, checkpoint directory, partitions of the topic.
 * Spark's other settings come as system properties.
 */
public final class PlainStructured {
  public static void main(String[] a) throws Exception {
    long millis = Long.parseLong(a[4]);
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("plain")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
    long[] read = new long[1];
    spark
        .streams()
        .addListener(
            new StreamingQueryListener() {
              @Override
              public void onQueryStarted(QueryStartedEvent event) {}

              @Override
              public void onQueryProgress(QueryProgressEvent event) {
                read[0] += event.progress().numInputRows();
                System.out.println("read " + read[0] + " at " + System.currentTimeMillis());
              }

              @Override
              public void onQueryTerminated(QueryTerminatedEvent event) {}
            });
    Dataset<Row> records =
        spark
            .readStream()
            .format("kafka")
            .option("kafka.bootstrap.servers", a[1])
            .option("subscribe", a[2])
            .option("startingOffsets", "earliest")
            .option(
                "maxOffsetsPerTrigger",
                Long.parseLong(a[5]) * Long.parseLong(a[7]) * millis / 1_000)
            .load();
    writer(a[0], records, a[1], a[3])
        .option("checkpointLocation", a[6])
        .trigger(Trigger.ProcessingTime(millis, TimeUnit.MILLISECONDS))
        .start()
        .awaitTermination();
  }

  private static DataStreamWriter<Row> writer(
      String work, Dataset<Row> records, String brokers, String results) {
    Dataset<Row> values = records.selectExpr("CAST(value AS STRING) AS value");
    return switch (work) {
      case "topic" ->
          values
              .where("value LIKE '%important%'")
              .selectExpr("upper(value) AS value")
              .writeStream()
              .format("kafka")
              .option("kafka.bootstrap.servers", brokers)
              .option("kafka.linger.ms", "5")
              .option("kafka.batch.size", "65536")
              .option("topic", results);
      case "files" ->
          values
              .where("value LIKE '%important%'")
              .selectExpr("to_json(struct(upper(value) AS value)) AS value")
              .writeStream()
              .format("text")
              .option("path", results);
      case "words" ->
          values
              .selectExpr("explode(split(value, ' ')) AS k")
              .writeStream()
              .foreachBatch(
                  (VoidFunction2<Dataset<Row>, Long>)
                      (batch, id) ->
                          batch
                              .groupBy("k")
                              .agg(count(lit(1)))
                              .foreachPartition(
                                  (ForeachPartitionFunction<Row>)
                                      rows -> write(results, "", rows)));
      default ->
          values
              .selectExpr("get_json_object(value, '$.k') AS k")
              .groupBy("k")
              .agg(count(lit(1)))
              .writeStream()
              .outputMode(OutputMode.Update())
              .foreachBatch(
                  (VoidFunction2<Dataset<Row>, Long>)
                      (batch, id) ->
                          batch.foreachPartition(
                              (ForeachPartitionFunction<Row>)
                                  rows ->
                                      write(
                                          results,
                                          " ON CONFLICT (k) DO UPDATE SET n = excluded.n",
                                          rows)));
    };
  }

  private static void write(String url, String conflict, Iterator<Row> rows) throws Exception {
    if (!rows.hasNext()) {
      return;
    }
    String fast = url + "?reWriteBatchedInserts=true";
    try (Connection connection = DriverManager.getConnection(fast, "postgres", "postgres")) {
      connection.setAutoCommit(false);
      String sql = "INSERT INTO plain (k, n) VALUES (?, ?)" + conflict;
      try (PreparedStatement insert = connection.prepareStatement(sql)) {
        int batch = 0;
        while (rows.hasNext()) {
          Row row = rows.next();
          insert.setString(1, row.isNullAt(0) ? "" : row.getString(0));
          insert.setLong(2, row.getLong(1));
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
