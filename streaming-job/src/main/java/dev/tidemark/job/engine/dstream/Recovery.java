package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.Map;
import java.util.Optional;

/**
 * From where a run goes on: the checkpoint, or the ledger alone. The ledger is the truth; a
 * stateless job loses nothing without its checkpoint.
 *
 * @param checkpoint empty when the context is built from the ledger
 * @param why one sentence for the log when the ledger was chosen though an earlier run existed,
 *     else empty
 * @param skippedBatches missed batches that are not run one by one
 */
record Recovery(Optional<FoundCheckpoint> checkpoint, String why, long skippedBatches) {

  /** Stock recovery runs one batch per missed interval, some ms each; more are not worth it. */
  static final int MOST_MISSED = 60;

  static Recovery fromLedger(String why, long skippedBatches) {
    return new Recovery(Optional.empty(), why, skippedBatches);
  }

  /**
   * The choice.
   *
   * @param found what lies on the store
   * @param preferLedger true when recovering from the checkpoint has just failed
   * @throws Trouble {@code CheckpointLost}, {@code CheckpointDamaged} when the user wants to be
   *     asked
   */
  static Recovery choose(
      Prepared run, CheckpointFinder.Result found, boolean preferLedger, long nowMillis) {
    if (run.first()) {
      return fromLedger("", 0);
    }
    boolean ask = run.settings().runtime().checkpoint().onLost().equals("Stop");
    if (found.found().isEmpty()) {
      boolean damaged = !found.unusable().isEmpty();
      String sentence =
          damaged
              ? "no checkpoint can be read in " + found.unusable()
              : "there is no checkpoint under " + run.revisionPath();
      if (ask) {
        throw new Trouble(
            damaged ? Reason.CheckpointDamaged : Reason.CheckpointLost,
            sentence
                + ", and checkpoint.onLost is Stop; set it to UseLedger to go on from the ledger, which is exact");
      }
      return fromLedger(sentence, 0);
    }
    FoundCheckpoint checkpoint = found.found().get();
    Map<Partition, Long> ledger = run.reading();
    Optional<String> gap = checkpoint.gap(ledger);
    if (gap.isPresent()) {
      return fromLedger("the checkpoint is ahead of the ledger: " + gap.get(), 0);
    }
    if (!ledger.keySet().containsAll(checkpoint.partitions())) {
      return fromLedger("the checkpoint reads partitions the topics no longer have", 0);
    }
    long interval = run.settings().definition().batchIntervalMillis();
    long missed = checkpoint.missed(ledger, nowMillis);
    if (preferLedger) {
      return fromLedger("the recovery from the checkpoint failed before", missed);
    }
    if (checkpoint.intervalMillis() != interval) {
      return fromLedger("the checkpoint is of another batch interval", missed);
    }
    if (missed > MOST_MISSED) {
      return fromLedger(
          "running " + missed + " missed batches one by one would take longer", missed);
    }
    for (Map.Entry<Partition, Long> low : checkpoint.lowest(ledger).entrySet()) {
      if (low.getValue() < run.kafka().earliest().getOrDefault(low.getKey(), 0L)) {
        return fromLedger(
            "Kafka no longer holds what the checkpoint would read again of " + low.getKey(),
            missed);
      }
    }
    return new Recovery(found.found(), "", 0);
  }

  /** The word of the contract; null for the first start of a revision. */
  String from(Prepared run) {
    return run.first() ? null : checkpoint.isPresent() ? "Checkpoint" : "Ledger";
  }
}
