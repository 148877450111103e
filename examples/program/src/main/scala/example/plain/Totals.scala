package example.plain

import java.sql.{Connection, DriverManager}

/** A table of totals, written over and over: what is written twice is the same afterwards. */
object Totals {
  def write(table: String, rows: Iterator[(String, Long)]): Unit = {
    val connection: Connection =
      DriverManager.getConnection(env("DB_URL"), env("DB_USERNAME"), env("DB_PASSWORD"))
    try {
      connection.setAutoCommit(false)
      val upsert = connection.prepareStatement(
        s"INSERT INTO $table (word, n) VALUES (?, ?) ON CONFLICT (word) DO UPDATE SET n = excluded.n")
      for ((word, n) <- rows) {
        upsert.setString(1, word)
        upsert.setLong(2, n)
        upsert.addBatch()
      }
      upsert.executeBatch()
      connection.commit()
    } finally connection.close()
  }

  private def env(name: String): String =
    sys.env.getOrElse(name, throw new IllegalStateException(s"environment variable $name is not set"))
}
