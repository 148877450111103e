package dev.tidemark.job.progress;

import java.io.IOException;

/** A Lease in Kubernetes. */
interface LeaseObject {
  /** As JSON. */
  String get() throws IOException, InterruptedException;

  /** Merges JSON into it; refused when it names another resourceVersion than the Lease has. */
  void merge(String json) throws IOException, InterruptedException;
}
