package example.plain

import org.apache.spark.sql.{DataFrame, SparkSession}
import org.apache.spark.sql.functions.{col, explode, split}
import org.apache.spark.sql.streaming.Trigger

/**
 * The same by Structured Streaming. Arguments: checkpoint directory, brokers, topic, table.
 */
object QueryTotals {
  def main(args: Array[String]): Unit = {
    val Array(checkpoint, brokers, topic, table) = args
    val spark = SparkSession.builder().appName("QueryTotals").config("spark.sql.shuffle.partitions", "4").getOrCreate()
    spark.readStream
      .format("kafka")
      .option("kafka.bootstrap.servers", brokers)
      .option("subscribe", topic)
      .option("startingOffsets", "earliest")
      .load()
      .where(col("value").isNotNull)
      .select(explode(split(col("value").cast("string"), " ")).as("word"))
      .groupBy("word")
      .count()
      .writeStream
      .outputMode("update")
      .trigger(Trigger.ProcessingTime("1 second"))
      .option("checkpointLocation", s"$checkpoint/totals")
      .foreachBatch { (batch: DataFrame, _: Long) =>
        Totals.write(table, batch.collect().iterator.map(row => (row.getString(0), row.getLong(1))))
      }
      .start()
      .awaitTermination()
  }
}
