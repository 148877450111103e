package dev.tidemark.job.sink;

import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a JVM has once per job and epoch: of an earlier epoch none is ever needed again. */
public final class PerEpoch<T> {
  private static final Logger LOG = LoggerFactory.getLogger(PerEpoch.class);

  private String jobId = "";
  private long epoch;
  private T kept;

  /** What was made for that job and epoch before, or is made now; of another one it is closed. */
  public synchronized T of(String ofJob, long ofEpoch, Supplier<T> maker) {
    if (kept == null || !jobId.equals(ofJob) || epoch != ofEpoch) {
      T earlier = kept;
      kept = maker.get();
      close(earlier);
      jobId = ofJob;
      epoch = ofEpoch;
    }
    return kept;
  }

  private static void close(Object earlier) {
    if (earlier instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        LOG.debug("what an earlier epoch had opened", e);
      }
    }
  }
}
