package dev.tidemark.job.engine;

import dev.tidemark.job.owner.OwnerRecord;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.apache.spark.api.java.JavaSparkContext;

/** One of Spark's streaming engines, for one run: it finds from where the run goes on. */
public interface SparkEngine {
  /**
   * Begins to look for a checkpoint of its own, while the epoch is still being taken. What the run
   * before writes meanwhile may be missed: what is older does as well, or is looked for again.
   *
   * @param before the record of the job, whose last run was of today's definition
   */
  void look(OwnerRecord before, Executor pool);

  /**
   * Finds out.
   *
   * @throws IOException when the store does not answer
   */
  Begun begin(Start start) throws IOException;

  /**
   * In a JVM that stands by: does what loads the code of a run, and touches nothing of the job's.
   *
   * @param spark a context in local mode
   */
  default void rehearse(JavaSparkContext spark) {}
}
