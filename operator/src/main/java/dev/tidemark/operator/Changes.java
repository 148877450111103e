package dev.tidemark.operator;

import dev.tidemark.crds.StreamingJob;
import java.util.Objects;

/** Which changes of a StreamingJob concern the operator: not its own status writes. */
final class Changes {
  private static final String PAUSED = "tidemark.dev/paused";

  private Changes() {}

  static boolean matter(StreamingJob now, StreamingJob before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
        || !Objects.equals(
            now.getMetadata().getDeletionTimestamp(), before.getMetadata().getDeletionTimestamp())
        || !Objects.equals(now.getMetadata().getUid(), before.getMetadata().getUid())
        || !Objects.equals(paused(now), paused(before))
        || now.getStatus() == null;
  }

  private static String paused(StreamingJob job) {
    return job.getMetadata().getAnnotations() == null
        ? null
        : job.getMetadata().getAnnotations().get(PAUSED);
  }
}
