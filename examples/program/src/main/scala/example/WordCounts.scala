package example

import dev.tidemark.program.Tidemark

/** The article's second program: how often each word comes in a batch, printed. */
object WordCounts {
  def main(args: Array[String]): Unit = {
    val ssc = Tidemark.streamingContext()
    val stream = Tidemark.stream(ssc)

    val words = stream.filter(_.value() != null).flatMap(_.value().split(" "))
    val pairs = words.map(word => (word, 1))
    val wordCounts = pairs.reduceByKey(_ + _)

    Tidemark.print(wordCounts)

    ssc.start()
    ssc.awaitTermination()
  }
}
