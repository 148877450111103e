package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.source.KafkaCluster;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run does beside its batches, every few seconds in a thread of its own: tells the lag,
 * looks how old the newest checkpoint is and whether its owner record is still there, and drops
 * prefixes that no recovery will need. Nothing of it can fail the run.
 */
final class Housekeeping implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long EVERY_MILLIS = 2_000;
  private static final int ROUNDS_PER_LOOK = 5;
  private static final int ROUNDS_PER_ASKING = 30;
  private static final long PENDING_MILLIS = 10_000;

  private final Run run;
  private final Ownership ownership;
  private final Optional<RunCheckpoints> checkpoints;
  private final Progress progress;

  Housekeeping(
      Run run, Ownership ownership, Optional<RunCheckpoints> checkpoints, Progress progress) {
    this.run = run;
    this.ownership = ownership;
    this.checkpoints = checkpoints;
    this.progress = progress;
  }

  @Override
  public void run() {
    boolean pruned = false;
    for (int round = 0; run.isOpen(); round++) {
      try {
        Thread.sleep(EVERY_MILLIS);
        progress.lag(lag());
        executors();
        if (round % ROUNDS_PER_ASKING == ROUNDS_PER_ASKING - 1) {
          partitions();
        }
        if (round % ROUNDS_PER_LOOK == 0) {
          owned();
        }
        if (round % ROUNDS_PER_LOOK == 0 && checkpoints.isPresent()) {
          Optional<Instant> newest = checkpoints.get().newest();
          newest.ifPresent(progress::checkpoint);
          if (newest.isPresent() && !pruned) {
            pruned = true;
            checkpoints.get().prune();
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (IOException | RuntimeException e) {
        LOG.debug("housekeeping: {}", e.toString());
      }
    }
  }

  /**
   * A checkpoint that is deleted under a running job comes back by itself, and so does its record.
   */
  private void owned() {
    if (ownership.putBack()) {
      LOG.warn(
          "somebody deleted the owner record of {}; it is put back",
          run.settings().runtime().checkpoint().path());
    }
  }

  private void executors() {
    int live = run.liveExecutors();
    progress.executors(live);
    if (!run.settings().local() && live == 0 && run.idleMillis() > PENDING_MILLIS) {
      progress.waiting(new Trouble(Reason.ExecutorsPending, noExecutors(run.settings())));
    }
  }

  /** Kafka tells nobody of new partitions or of records it drops, so it is asked once a minute. */
  private void partitions() {
    try (KafkaCluster cluster = new KafkaCluster(run.settings())) {
      Map<Partition, Long> earliest = cluster.look().earliest();
      run.offsets().held(earliest);
      Set<Partition> added = new HashSet<>(earliest.keySet());
      added.removeAll(run.committed().keySet());
      if (!added.isEmpty()) {
        run.trip(new PartitionsAdded(added));
      }
    }
  }

  /** The sentence for a job that has work and nobody to do it. */
  static String noExecutors(Settings settings) {
    return "no executor is registered, "
        + settings.runtime().executor().instances()
        + " wanted; see what keeps its pods from running: kubectl -n "
        + settings.job().namespace()
        + " describe pods -l tidemark.dev/job="
        + settings.job().name()
        + ",spark-role=executor";
  }

  private Map<Partition, Long> lag() {
    Map<Partition, Long> committed = run.committed();
    Map<Partition, Long> lag = new HashMap<>();
    run.offsets()
        .latest()
        .forEach(
            (partition, end) ->
                lag.put(partition, Math.max(0, end - committed.getOrDefault(partition, end))));
    return lag;
  }
}
