package dev.tidemark.job.sink;

import dev.tidemark.job.settings.Settings;
import java.io.Serializable;

/** Opens sinks where tasks run; travels with the task, so it holds nothing. */
public interface RowSinks extends Serializable {
  /** The sink of a job for one epoch; cheap when asked again in the same JVM. */
  RowSink of(Settings settings, String jobId, long epoch);
}
