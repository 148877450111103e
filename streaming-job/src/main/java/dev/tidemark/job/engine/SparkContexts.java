package dev.tidemark.job.engine;

import dev.tidemark.job.progress.ApiServer;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.supervise.Journal;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Spark context of this JVM: made once, kept over all runs, so that executors survive a failed
 * batch. Its executors carry the epoch it was made for.
 */
final class SparkContexts {
  private static final Logger LOG = LoggerFactory.getLogger(SparkContexts.class);

  private final Settings settings;
  private final Journal journal;
  private CompletableFuture<JavaSparkContext> early;
  private long epoch;
  private JavaSparkContext context;

  SparkContexts(Settings settings, Journal journal) {
    this.settings = settings;
    this.journal = journal;
  }

  /**
   * Begins to make the context while the epoch is still being taken, where that epoch does not
   * matter (no executors) or can be guessed (the JVM before this one in the pod took the one
   * before).
   */
  synchronized void prepare(Executor pool, Timeline timeline) {
    OptionalLong last = journal.lastEpoch();
    if (early != null || alive() || !(settings.local() || last.isPresent())) {
      return; // "early": the run before ended, for want of a dependency, while it was being made
    }
    epoch = last.orElse(0) + 1;
    long guess = epoch;
    early = CompletableFuture.supplyAsync(() -> make(guess, timeline), pool);
  }

  /**
   * In local mode, makes the context before there is an epoch to make it for; elsewhere it would
   * ask for executors, and those belong to an epoch.
   */
  synchronized Optional<JavaSparkContext> standBy(Timeline timeline) {
    if (settings.local()) {
      context = make(0, timeline);
    }
    return Optional.ofNullable(context);
  }

  /** The context; when it must be made, its executors are named after {@code taken}. */
  synchronized JavaSparkContext get(long taken, Timeline timeline) {
    if (early != null) {
      CompletableFuture<JavaSparkContext> making = early;
      early = null;
      context = Preparation.join(making);
      if (epoch != taken && !settings.local()) {
        LOG.info("executors were asked for as epoch {}, but this is {}: again", epoch, taken);
        context.stop();
      }
    }
    if (!alive()) {
      epoch = taken;
      context = make(taken, timeline);
    }
    return context;
  }

  private boolean alive() {
    return context != null && !context.sc().isStopped();
  }

  private JavaSparkContext make(long ofEpoch, Timeline timeline) {
    JavaSparkContext made =
        new JavaSparkContext(new SparkContext(SparkSettings.of(settings, ofEpoch)));
    timeline.done("Spark context");
    return made;
  }

  /** Deletes the executors, because no driver of this pod follows. */
  synchronized void release() {
    if (settings.local() || !alive()) {
      return;
    }
    String path =
        "/api/v1/namespaces/"
            + settings.job().namespace()
            + "/pods?gracePeriodSeconds=0&labelSelector=tidemark.dev%2Fjob%3D"
            + settings.job().name()
            + "%2Cspark-app-selector%3D"
            + context.sc().applicationId();
    ApiServer.ofPod()
        .ifPresent(
            api -> {
              try {
                api.delete(path);
              } catch (IOException e) {
                LOG.warn("executors are left to end by themselves: {}", e.getMessage());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }
}
