package dev.tidemark.job.engine;

/** Hears of every batch that completed: committed, or found with nothing to commit. */
public interface BatchListener {
  /**
   * A completed batch.
   *
   * @param time batch time, milliseconds since the epoch
   * @param millis how long writing took
   * @param moved true when the ledger moved
   */
  record Batch(long time, long records, long rows, long millis, boolean moved) {}

  void completed(Batch batch);
}
