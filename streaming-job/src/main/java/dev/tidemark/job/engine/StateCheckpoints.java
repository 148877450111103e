package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Mark;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.progress.StateFigures;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes a state checkpoint after its batch was committed: Spark writes the data, then the
 * manifest makes it count.
 */
public final class StateCheckpoints {
  private static final Logger LOG = LoggerFactory.getLogger(StateCheckpoints.class);

  /** The newest, the one before in case it is damaged, and one to spare. */
  private static final int KEPT = 3;

  private final StateStore store;
  private final Prepared run;
  private final String source;
  private final Progress progress;
  private final JavaRDD<?> loaded;

  /**
   * For one run.
   *
   * @param source what kind of data it is, as {@link StateData} reads it
   * @param loaded the state it began with, let go of when a checkpoint makes it superfluous
   */
  public StateCheckpoints(
      StateStore store, Prepared run, String source, Progress progress, JavaRDD<?> loaded) {
    this.store = store;
    this.run = run;
    this.source = source;
    this.progress = progress;
    this.loaded = loaded;
  }

  /**
   * After a batch.
   *
   * @param results whatever was computed last from the state, from which Spark finds what is due
   * @param state after the batch
   * @param until the ledger's offsets now
   */
  public void after(
      long time,
      RDD<?> results,
      RDD<?> state,
      Map<Partition, Long> until,
      Map<Partition, Mark> marks) {
    long begun = System.nanoTime();
    results.doCheckpoint();
    if (state.getCheckpointFile().isDefined()) { // else none was due
      complete(begun, time, state, until, marks);
    }
  }

  /**
   * Of a batch that was committed, whether one is due or not. After the last batch of a run the
   * next one then has nothing to read again from the topic, which also lets a job rest for longer
   * than the topic keeps its records.
   *
   * @param state after that batch, which Spark has in memory
   */
  public void now(long time, RDD<?> state, Map<Partition, Long> until, Map<Partition, Mark> marks) {
    if (state.getCheckpointFile().isEmpty()) { // else it is on the store
      long begun = System.nanoTime();
      RDD<?> copy = StateData.copy(state);
      copy.checkpoint();
      copy.doCheckpoint();
      complete(begun, time, copy, until, marks);
    }
  }

  private void complete(
      long begun, long time, RDD<?> state, Map<Partition, Long> until, Map<Partition, Mark> marks) {
    String path = state.getCheckpointFile().get();
    try {
      StateManifest manifest = manifest(time, path, state, until, marks);
      store.write(manifest);
      double seconds = (System.nanoTime() - begun) / 1e9;
      LOG.debug("state checkpoint {}: {} keys, {} s", path, manifest.keys(), seconds);
      progress.state(
          manifest.writtenAt(), new StateFigures(manifest.keys(), manifest.bytes(), seconds));
      if (loaded.getStorageLevel().isValid()) {
        loaded.unpersist(false);
      }
      store.prune(run.owner().lastEpoch(), KEPT, spared());
    } catch (IOException e) {
      throw StoreTrouble.of(e, run.settings().runtime().checkpoint().path());
    }
  }

  private long spared() {
    Instant until = run.owner().keepReplacedUntil();
    return until != null && Instant.now().isBefore(until) ? run.owner().floorEpoch() : 0;
  }

  private StateManifest manifest(
      long time, String path, RDD<?> state, Map<Partition, Long> until, Map<Partition, Mark> marks)
      throws IOException {
    String directory = store.relative(path);
    List<StateManifest.Part> parts = store.parts(directory);
    if (parts.size() != state.getNumPartitions()) {
      throw new IOException(
          path + " has " + parts.size() + " parts instead of " + state.getNumPartitions());
    }
    return new StateManifest(
        StateManifest.CONTRACT,
        run.owner().lastEpoch(),
        time,
        source,
        directory,
        parts,
        StateData.keys(state),
        run.settings().definition(),
        offsets(until, marks, run.offsets().earliest()),
        Instant.now());
  }

  static List<StateManifest.Offset> offsets(
      Map<Partition, Long> until, Map<Partition, Mark> marks, Map<Partition, Long> earliest) {
    return until.entrySet().stream()
        .map(
            e -> {
              Mark mark = marks.get(e.getKey());
              return new StateManifest.Offset(
                  e.getKey().topic(),
                  e.getKey().number(),
                  e.getValue(),
                  mark == null || mark.time() == Marks.NEVER ? null : mark.time(),
                  mark == null ? 0 : mark.late(),
                  earliest.get(e.getKey()));
            })
        .toList();
  }
}
