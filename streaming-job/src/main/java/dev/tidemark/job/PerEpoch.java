package dev.tidemark.job;

import java.util.function.Supplier;

/** What a JVM has once per job and epoch: of an earlier epoch none is ever needed again. */
final class PerEpoch<T> {
  private String jobId = "";
  private long epoch;
  private T kept;

  synchronized T of(String ofJob, long ofEpoch, Supplier<T> maker) {
    if (kept == null || !jobId.equals(ofJob) || epoch != ofEpoch) {
      kept = maker.get();
      jobId = ofJob;
      epoch = ofEpoch;
    }
    return kept;
  }
}
