package example

import dev.tidemark.program.Tidemark
import scala.collection.JavaConverters._

/** The same counts, added up in a table: args(0) names it. */
object WordTable {
  def main(args: Array[String]): Unit = {
    val ssc = Tidemark.streamingContext()
    val words = Tidemark.stream(ssc).filter(_.value() != null).flatMap(_.value().split(" "))

    words.map(word => (word, 1L)).reduceByKey(_ + _).foreachRDD { rdd =>
      Tidemark.eachBatch[(String, Long)](rdd, (counts, connection) => {
        val add = connection.prepareStatement(
          s"INSERT INTO ${args(0)} AS t (word, n) VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET n = t.n + excluded.n")
        for ((word, n) <- counts.asScala) {
          add.setString(1, word)
          add.setLong(2, n)
          add.addBatch()
        }
        add.executeBatch()
      })
    }

    ssc.start()
    ssc.awaitTermination()
  }
}
