package dev.tidemark.job.engine;

/** What decides on the batches of a run: one of Spark's two streaming engines. */
public interface BatchEngine {
  /** Batches begin; their outputs wait for the run's gate. */
  void start();

  /**
   * Waits for an end of its own accord.
   *
   * @return true when it has ended without a failure
   * @throws Exception why it has ended
   */
  boolean ended(long millis) throws Exception;

  /** Before another run: nothing of it goes on. The Spark context stays. */
  void stop();
}
