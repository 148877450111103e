package dev.tidemark.job.expression;

import org.apache.spark.sql.catalyst.InternalRow;

/** Results as rows, to be closed after the last. Not for several threads. */
public final class Results implements AutoCloseable {
  private final Aggregation aggregation;
  private final Aggregator aggregator;

  Results(Aggregation aggregation, Aggregator aggregator) {
    this.aggregation = aggregation;
    this.aggregator = aggregator;
  }

  /**
   * One result; valid until the next.
   *
   * @param isFinal true when nothing will change it any more
   */
  public InternalRow row(StateKey key, byte[] state, boolean isFinal) {
    long length = aggregation.windowed() ? 1000 * aggregation.window().lengthMillis() : 0;
    return Analysis.within(() -> aggregator.result(key, state, length, isFinal));
  }

  @Override
  public void close() {
    aggregation.release(aggregator, 0);
  }
}
