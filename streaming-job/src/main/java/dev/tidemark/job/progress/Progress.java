package dev.tidemark.job.progress;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.TerminationMessage;
import dev.tidemark.job.outcome.Totals;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.progress.Report.Situation;
import dev.tidemark.job.settings.Settings;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What this attempt knows of itself. The engine writes it; reports, metrics and the termination
 * message read it.
 */
public final class Progress {
  /** A checkpoint that is late by this many batch intervals is behind. */
  private static final int BEHIND = 10;

  private final Settings settings;
  private final Clock clock;
  private final int inPod;
  private final Consumer<Situation> changed;

  private Situation situation = Situation.Starting;
  private Trouble trouble;
  private int revision;
  private long epoch;
  private int runs;
  private int inJvm;
  private int recoveries;
  private Totals totals;
  private Report.Batch batch;
  private Instant lastCommitAt;
  private Instant checkpointAt;
  private Ended ended;
  private String from;
  private long skipped;
  private Report.Recovery recovery;
  private Map<Partition, Long> lag = Map.of();
  private Report.Executors executors;
  private StateFigures state;
  private long late;
  private long skippedOffsets;
  private LongSupplier leftOut = () -> 0;

  /**
   * When and why the run before ended.
   *
   * @param reason a reason of the contract
   */
  public record Ended(String reason, Instant at) {}

  /**
   * A driver that has done nothing yet.
   *
   * @param ended how the run before this JVM ended, or null for the very first
   * @param inPod restarts of the JVM in this pod
   * @param before totals of earlier JVMs of this attempt
   * @param changed called with the situation whenever the operator should hear at once
   */
  public Progress(
      Settings settings,
      Clock clock,
      Ended ended,
      int inPod,
      Totals before,
      Consumer<Situation> changed) {
    this.settings = settings;
    this.clock = clock;
    this.ended = ended;
    this.inPod = inPod;
    this.totals = before;
    this.changed = changed;
    this.executors = new Report.Executors(settings.runtime().executor().instances(), 0);
  }

  /**
   * A run has its epoch and is about to go on from {@code source} (a word of the contract, null: a
   * first start).
   */
  public void recovering(int ofRevision, long newEpoch, String source, long skippedBatches) {
    synchronized (this) {
      revision = ofRevision;
      epoch = newEpoch;
      runs++;
      from = source;
      skipped = skippedBatches;
      situation = source == null ? Situation.Starting : Situation.Recovering;
      trouble = null;
    }
    changed.accept(situation());
  }

  /**
   * A batch was committed, or had nothing to commit. The first one after a failure ends the
   * recovery.
   */
  public void batch(Report.Batch completed, boolean moved) {
    boolean tell;
    synchronized (this) {
      Instant now = clock.instant();
      batch = completed;
      lastCommitAt = now;
      totals =
          new Totals(
              totals.records() + completed.records(),
              totals.written() + completed.written(),
              totals.batches() + (moved ? 1 : 0));
      tell = situation != Situation.Running;
      situation = Situation.Running;
      trouble = null;
      if (from != null && ended != null) {
        double seconds = Duration.between(ended.at(), now).toMillis() / 1000.0;
        recovery = new Report.Recovery(ended.reason(), from, Math.max(0, seconds), now, skipped);
        recoveries++;
      }
      ended = null;
      from = null;
    }
    if (tell) {
      changed.accept(situation());
    }
  }

  /** A dependency is away: the run has ended, and the next one waits for it. */
  public void waiting(Trouble away) {
    boolean tell;
    synchronized (this) {
      tell = situation != Situation.Waiting || trouble == null || trouble.reason() != away.reason();
      situation = Situation.Waiting;
      trouble = away;
      markEnd(away.reason());
    }
    if (tell) {
      changed.accept(situation());
    }
  }

  /** The run failed; the same JVM goes on with a new one. */
  public void failed(Trouble failure) {
    synchronized (this) {
      inJvm++;
      situation = Situation.Recovering;
      trouble = failure;
      markEnd(failure.reason());
    }
    changed.accept(situation());
  }

  private void markEnd(Reason reason) {
    if (ended == null) {
      ended = new Ended(reason.name(), clock.instant());
    }
  }

  /** Nothing follows in this JVM. */
  public void ending(Trouble end) {
    synchronized (this) {
      situation = Situation.Stopping;
      trouble = end;
    }
    changed.accept(situation());
  }

  /** The newest checkpoint known to lie on the store. */
  public synchronized void checkpoint(Instant time) {
    checkpointAt = time;
  }

  /** State was checkpointed. */
  public synchronized void state(Instant time, StateFigures figures) {
    checkpointAt = time;
    state = figures;
  }

  /** Rows that came too late for a window, since the state began. */
  public synchronized void late(long rows) {
    late = rows;
  }

  /** As of the last checkpoint of state; null before the first. */
  public synchronized StateFigures state() {
    return state;
  }

  /** Offsets that the job has skipped so far, since Kafka had dropped them unread. */
  public synchronized void skippedOffsets(long offsets) {
    skippedOffsets = offsets;
  }

  /** Where the number of records left out by this run is asked for. */
  public synchronized void leftOut(LongSupplier records) {
    leftOut = records;
  }

  /** Records that were left out by this run because an expression failed on them. */
  public synchronized long leftOut() {
    return leftOut.getAsLong();
  }

  /** Rows that came too late for a window, since the state began. */
  public synchronized long late() {
    return late;
  }

  /** Records behind the committed offsets, per partition. */
  public synchronized void lag(Map<Partition, Long> perPartition) {
    lag = Map.copyOf(perPartition);
  }

  /** How many executors are registered. */
  public synchronized void executors(int live) {
    executors = new Report.Executors(executors.wanted(), live);
  }

  /** Per partition, as last told. */
  public synchronized Map<Partition, Long> lag() {
    return lag;
  }

  /** Recoveries completed in this JVM. */
  public synchronized int recoveries() {
    return recoveries;
  }

  /** When the newest checkpoint was written; null when none is known. */
  public synchronized Instant checkpointAt() {
    return checkpointAt;
  }

  private synchronized Situation situation() {
    return situation;
  }

  /** Everything, as of now. */
  public synchronized Report report() {
    return new Report(
        settings.attempt(),
        settings.generation(),
        settings.definitionDigest(),
        revision,
        epoch,
        runs,
        situation,
        trouble == null ? "" : trouble.reason().name(),
        trouble == null ? "" : trouble.getMessage(),
        batch,
        totals,
        lag.values().stream().mapToLong(Long::longValue).sum(),
        lastCommitAt,
        new Report.CheckpointState(checkpointAt, behind()),
        recovery,
        new Report.Restarts(inJvm, inPod),
        executors,
        state == null ? null : new Report.State(state.keys(), state.bytes(), late),
        skippedOffsets);
  }

  private boolean behind() {
    if (settings.definition().leased()) {
      return false; // when it checkpoints is the program's business
    }
    long late =
        settings.checkpointIntervalMillis() + BEHIND * settings.definition().batchIntervalMillis();
    Instant oldest = clock.instant().minusMillis(late);
    return situation == Situation.Running && checkpointAt != null && checkpointAt.isBefore(oldest);
  }

  /** How the driver ends, if it ends like this. */
  public synchronized TerminationMessage message(Trouble end) {
    return new TerminationMessage(
        end.reason(),
        end.getMessage(),
        end.reason().retryable(),
        null,
        settings.attempt(),
        epoch == 0 ? null : epoch,
        revision == 0 ? null : revision,
        batch == null ? null : batch.time().toString(),
        totals);
  }
}
