package dev.tidemark.job.sink;

import dev.tidemark.job.settings.Settings;
import java.io.Serializable;

/** Opens result sinks where they are needed; travels with tasks, so it holds nothing. */
public interface ResultSinks extends Serializable {
  /** The sink of a job for one epoch; cheap when asked again in the same JVM. */
  ResultSink of(Settings settings, String jobId, long epoch);
}
