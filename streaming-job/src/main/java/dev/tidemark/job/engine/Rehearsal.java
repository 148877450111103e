package dev.tidemark.job.engine;

import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executor;
import org.apache.hadoop.fs.Path;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a JVM does before it stands by: every step of a start that takes nothing and writes nothing,
 * so that when its turn comes all code is loaded and only what belongs to the job is left to do.
 */
final class Rehearsal {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  private final Settings settings;
  private final Parts parts;
  private final Executor pool;
  private final SparkContexts spark;
  private final Timeline timeline = new Timeline(Instant.now());

  Rehearsal(Settings settings, Parts parts, Executor pool, SparkContexts spark) {
    this.settings = settings;
    this.parts = parts;
    this.pool = pool;
    this.spark = spark;
  }

  /** Whether this JVM is to be the driver now, or to leave. */
  interface Due {
    boolean now() throws IOException, InterruptedException;
  }

  /**
   * Step by step, and no further once {@code due}: then the start itself is.
   *
   * @return whether it came to its end
   */
  boolean run(Due due) throws IOException, InterruptedException {
    for (Runnable step :
        List.<Runnable>of(this::engine, () -> parts.warm(settings), this::stores)) {
      if (due.now()) {
        return false;
      }
      try {
        step.run();
      } catch (RuntimeException | LinkageError e) {
        LOG.debug("the start will say: {}", e.toString());
      }
    }
    System.gc(); // what it needed for that is not to stay while it waits
    timeline.done("standing by");
    timeline.log();
    return true;
  }

  private void engine() {
    spark
        .standBy(timeline)
        .ifPresent(
            context -> {
              context.parallelize(List.of(1), 1).count();
              if (settings.definition().stateful()) {
                state(context);
              }
              parts.engine(settings).rehearse(context);
            });
  }

  /** What loading state takes, without any: two shuffles, and maps in memory. */
  private void state(JavaSparkContext context) {
    int partitions = StateData.partitions(settings);
    Computation computation = Computation.of(settings.definition());
    JavaPairRDD<StateKey, byte[]> nothing = JavaPairRDD.fromJavaRDD(context.emptyRDD());
    JavaRDD<CompactStateMap> maps = StateData.maps(nothing, new HashPartitioner(partitions));
    maps = StateData.with(maps, MergeByKey.of(nothing.rdd(), computation, partitions), computation);
    StateData.summaries(maps.persist(StorageLevel.MEMORY_AND_DISK()));
    maps.unpersist(true);
  }

  /** Only looks around: the checkpoints themselves are being written by the driver of now. */
  private void stores() {
    new Preparation(settings, parts, pool, timeline).probe();
    Path checkpoints = new Path(settings.runtime().checkpoint().path());
    try {
      checkpoints
          .getFileSystem(SparkSettings.hadoop(SparkSettings.storage(settings)))
          .listStatus(checkpoints);
    } catch (IOException e) {
      throw StoreTrouble.of(e, checkpoints.toString());
    }
  }
}
