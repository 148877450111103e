package example.plain

import org.apache.kafka.common.serialization.StringDeserializer
import org.apache.spark.SparkConf
import org.apache.spark.streaming.{Seconds, StreamingContext}
import org.apache.spark.streaming.kafka010.{ConsumerStrategies, KafkaUtils, LocationStrategies}

/**
 * How often each word has come, by Spark Streaming with updateStateByKey: a program that knows nothing of Tidemark.
 * Arguments: checkpoint directory, brokers, topic, table.
 */
object StreamTotals {
  def main(args: Array[String]): Unit = {
    val Array(checkpoint, brokers, topic, table) = args
    val ssc = StreamingContext.getOrCreate(checkpoint, () => create(checkpoint, brokers, topic, table))
    ssc.start()
    ssc.awaitTermination()
  }

  private def create(checkpoint: String, brokers: String, topic: String, table: String): StreamingContext = {
    val ssc = new StreamingContext(new SparkConf().setAppName("StreamTotals"), Seconds(1))
    ssc.checkpoint(checkpoint)
    val kafkaParams = Map[String, Object](
      "bootstrap.servers" -> brokers,
      "key.deserializer" -> classOf[StringDeserializer],
      "value.deserializer" -> classOf[StringDeserializer],
      "auto.offset.reset" -> "earliest",
      "session.timeout.ms" -> "6000", // a driver that was killed holds its partitions for so long
      "group.id" -> s"stream-totals-$table"
    )
    KafkaUtils
      .createDirectStream[String, String](
        ssc,
        LocationStrategies.PreferConsistent,
        ConsumerStrategies.Subscribe[String, String](Set(topic), kafkaParams))
      .filter(_.value() != null)
      .flatMap(_.value().split(" "))
      .map(word => (word, 1L))
      .updateStateByKey[Long]((counts: Seq[Long], total: Option[Long]) => Some(total.getOrElse(0L) + counts.sum))
      .foreachRDD(_.foreachPartition(Totals.write(table, _)))
    ssc
  }
}
