package dev.tidemark.job.engine;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.Iterator;
import org.apache.spark.streaming.util.WriteAheadLog;
import org.apache.spark.streaming.util.WriteAheadLogRecordHandle;

/**
 * A log of received blocks that keeps nothing: a direct stream receives no blocks, yet Spark writes
 * a clean-up event per batch to this log, on the store, in the thread that generates batches.
 */
public final class NoWriteAheadLog extends WriteAheadLog {
  @Override
  public WriteAheadLogRecordHandle write(ByteBuffer record, long time) {
    return new Nothing();
  }

  @Override
  public ByteBuffer read(WriteAheadLogRecordHandle handle) {
    throw new UnsupportedOperationException("nothing was kept");
  }

  @Override
  public Iterator<ByteBuffer> readAll() {
    return Collections.emptyIterator();
  }

  @Override
  public void clean(long threshTime, boolean waitForCompletion) {}

  @Override
  public void close() {}

  private static final class Nothing extends WriteAheadLogRecordHandle {
    private static final long serialVersionUID = 1L;
  }
}
