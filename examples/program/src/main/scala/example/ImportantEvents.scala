package example

import dev.tidemark.program.Tidemark

/** The article's first program: important events, in capitals, into a table. */
object ImportantEvents {
  def main(args: Array[String]): Unit = {
    val streamingContext = Tidemark.streamingContext()
    val kafkaStream = Tidemark.stream(streamingContext)

    val processedStream = kafkaStream
      .filter(record => record.value() != null && record.value().contains("important"))
      .map(_.value().toUpperCase)

    processedStream.foreachRDD { rdd =>
      Tidemark.eachPartition[String](rdd, (partitionOfRecords, connection) => {
        val insert = connection.prepareStatement("INSERT INTO important_events (value) VALUES (?)")
        partitionOfRecords.forEachRemaining { value =>
          insert.setString(1, value)
          insert.addBatch()
        }
        insert.executeBatch()
      })
    }

    streamingContext.start()
    streamingContext.awaitTermination()
  }
}
