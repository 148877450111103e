package example.plain

/** Starts nothing and does not end: what Tidemark says of such a program is shown in docs/program.md. */
object Idle {
  def main(args: Array[String]): Unit = Thread.currentThread().join()
}
