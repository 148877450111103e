package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.ledger.Skipped;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.CheckpointPaths;
import dev.tidemark.job.state.StateFit;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import dev.tidemark.job.state.StoreSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;

/**
 * The state a run begins with. It stands exactly at the ledger, and is on the store before the run
 * may commit anything: whatever happens next, the run after it finds where to begin.
 */
public final class StateBeginning {
  private static final Logger LOG = LoggerFactory.getLogger(StateBeginning.class);

  private final Prepared run;
  private final JavaSparkContext spark;
  private final int partitions;
  private final StateStore store;
  private final MalformedRecords malformed;
  private final ResultsTransaction transaction;

  /**
   * Nothing is read yet.
   *
   * @param transaction open
   */
  public StateBeginning(
      Prepared run,
      JavaSparkContext spark,
      int partitions,
      MalformedRecords malformed,
      StateStore store,
      ResultsTransaction transaction) {
    this.malformed = malformed;
    this.transaction = transaction;
    this.run = run;
    this.spark = spark;
    this.partitions = partitions;
    this.store = store;
  }

  /** The store of a revision, as a run reaches it before it has a Spark context. */
  private static StateStore store(Settings settings, int revision) throws IOException {
    return new StateStore(
        CheckpointPaths.revision(settings, revision),
        StoreSettings.configuration(settings.runtime().s3()));
  }

  /** A revision of a job without any ledger begins with nothing, at its starting offsets. */
  static void empty(Settings settings, OwnerRecord owner, Map<Partition, Long> starting) {
    try {
      store(settings, owner.revision())
          .write(StateManifest.empty(owner.lastEpoch(), settings.definition(), starting));
    } catch (IOException e) {
      throw StoreTrouble.of(e, settings.runtime().checkpoint().path());
    }
  }

  /**
   * Where the state stands that a job begins with which another one has left to it.
   *
   * @throws Trouble {@code CheckpointLost} when it is not there
   */
  static Map<Partition, Long> cloned(Settings settings, OwnerRecord owner) {
    return stands(settings, owner)
        .orElseThrow(
            () ->
                new Trouble(
                    Reason.CheckpointLost,
                    "the state of job %s/%s, with which this one is to begin, is not under %s any more. Nothing was changed. Delete what"
                            .formatted(
                                owner.clonedFrom().namespace(),
                                owner.clonedFrom().name(),
                                settings.runtime().checkpoint().path())
                        + " is there and ask for the restore with another requestId"));
  }

  /** Where the newest state of a record stands; empty when there is none. */
  private static Optional<Map<Partition, Long>> stands(Settings settings, OwnerRecord owner) {
    try {
      StateStore store = store(settings, owner.stateRevision());
      for (StateStore.Entry entry : store.newestFirst()) {
        Optional<StateManifest> manifest = store.read(entry);
        if (entry.epoch() >= owner.floorEpoch() && manifest.isPresent()) {
          return manifest.map(StateManifest::until);
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw StoreTrouble.of(e, settings.runtime().checkpoint().path());
    }
  }

  /**
   * A backup of before a change was put back, after its record was lost: the ledger knows a later
   * revision than the record. The state would be brought to the ledger by the definition of then,
   * though a later one has moved the ledger on, nobody knows from where.
   *
   * @throws Trouble {@code CheckpointDiverged}
   */
  static void requireOneHistory(Settings settings, OwnerRecord record, LedgerState ledger) {
    if (!goesOnWithState(settings, record) || record.revision() >= ledger.revision()) {
      return;
    }
    stands(settings, record)
        .filter(until -> movedOn(until, ledger))
        .ifPresent(
            until -> {
              throw new Trouble(
                  Reason.CheckpointDiverged,
                  "the state that was put back is of revision %d, and the ledger was moved on since by revision %d, whose definition is another: what lies between would be counted by the wrong one. Nothing was changed. Restore a backup that was made since the change; or set upgrade.strategy to Fresh with a changed definition, to count from where the ledger ends with empty state"
                      .formatted(record.stateRevision(), ledger.revision()));
            });
  }

  /** False also for a definition that begins anew. */
  private static boolean goesOnWithState(Settings settings, OwnerRecord record) {
    return settings.definition().stateful()
        && record.stateRevision() > 0
        && (record.definitionDigest().equals(settings.definitionDigest())
            || settings.runtime().upgrade().strategy().equals("Savepoint"));
  }

  /**
   * Records that were never read can be done without; those that the ledger holds and the state has
   * not counted cannot: results would go back.
   *
   * @param expired what is to be skipped
   * @throws Trouble {@code OffsetsExpired}
   */
  static void requireCounted(Settings settings, OwnerRecord record, List<Skipped> expired) {
    if (expired.isEmpty()
        || !goesOnWithState(settings, record)
        || settings.runtime().checkpoint().onLost().equals("StartFresh")) {
      return;
    }
    Map<Partition, Long> counted = stands(settings, record).orElse(Map.of());
    for (Skipped range : expired) {
      long first = counted.getOrDefault(range.partition(), range.from());
      if (first < range.from()) {
        throw new Trouble(
            Reason.OffsetsExpired,
            "the newest state has not counted %s, whose results are in the sink, and Kafka no longer holds these records: going on after them would take results back. Nothing was changed. Restore them in the topic, or set checkpoint.onLost to StartFresh to count from the oldest record left with empty state"
                .formatted(new Skipped(range.partition(), first, range.from())));
      }
    }
  }

  /** True when the ledger holds what state that stands there has not counted. */
  static boolean movedOn(Map<Partition, Long> state, LedgerState ledger) {
    return state.entrySet().stream()
        .anyMatch(e -> ledger.until().getOrDefault(e.getKey(), e.getValue()) > e.getValue());
  }

  /**
   * State as of the ledger.
   *
   * @throws Trouble when there is none and nobody said that it may begin anew
   */
  public StateRecovery.Recovered begin() {
    forgetEarlierRuns();
    try {
      StateRecovery.Recovered begun = begun();
      if (!begun.from().until().keySet().containsAll(run.reading().keySet())) {
        // Partitions were added: nothing of them is committed yet, and they begin here.
        store.write(begun.from().with(run.owner().lastEpoch(), run.reading()));
      }
      return begun;
    } catch (IOException e) {
      throw StoreTrouble.of(e, run.settings().runtime().checkpoint().path());
    }
  }

  /**
   * Of a run that goes on with state it has elsewhere: the state checkpoints there are must know
   * partitions that were added, before anything of them is committed.
   *
   * @param known partitions whose state that is
   */
  public void goesOnElsewhere(Set<Partition> known) throws IOException {
    if (known.containsAll(run.reading().keySet())) {
      return;
    }
    for (StateStore.Entry entry : store.newestFirst()) {
      Optional<StateManifest> newest = store.read(entry);
      if (newest.isPresent()) {
        store.write(newest.get().with(run.owner().lastEpoch(), run.reading()));
        return;
      }
    }
  }

  /** What they kept in the memory of this JVM and its executors. */
  private void forgetEarlierRuns() {
    JavaConverters.mapAsJavaMap(spark.sc().getPersistentRDDs())
        .values()
        .forEach(rdd -> rdd.unpersist(false));
  }

  private StateRecovery.Recovered begun() throws IOException {
    OwnerRecord owner = run.owner();
    if (owner.stateRevision() == owner.revision()) {
      return recovered();
    }
    boolean carry =
        owner.stateRevision() > 0
            && run.settings().runtime().upgrade().strategy().equals("Savepoint");
    StateRecovery.Recovered begun = carry ? takenOver(owner.stateRevision()) : fresh();
    run.ownership().stateBegun(owner.revision());
    return begun;
  }

  /**
   * The state of the revision before, brought to the ledger by its own definition, becomes the
   * savepoint this one begins with. Where the table or its columns are others, or it was another
   * job's, all of it is written there once; else the results of the state are there.
   */
  private StateRecovery.Recovered takenOver(int revision) throws IOException {
    StateRecovery.Recovered before =
        new StateRecovery(run, spark, partitions, malformed)
            .recover(store(run.settings(), revision));
    StateFit.fault(before.from().definition(), run.settings().definition())
        .ifPresent(
            why -> {
              throw new Trouble(Reason.StateDoesNotFit, why);
            });
    Savepoint savepoint = new Savepoint(store, run.settings().definition());
    StateManifest manifest =
        savepoint.write(
            run.owner().lastEpoch(), before, run.ledger().until(), spark.hadoopConfiguration());
    LOG.info(
        "revision {} takes over {} keys of revision {}",
        run.owner().revision(),
        before.keys(),
        revision);
    boolean elsewhere =
        run.owner().beginsAsClone()
            || !sameResults(before.from().definition(), run.settings().definition());
    if (elsewhere) {
      List<PartitionRange> nothing =
          run.ledger().until().entrySet().stream()
              .map(e -> new PartitionRange(e.getKey(), e.getValue(), e.getValue()))
              .toList();
      transaction.run(0, nothing, before.pairs().mapPartitions(new Result.OfChanges()));
    }
    return before.from(manifest);
  }

  private static boolean sameResults(Settings.Definition one, Settings.Definition other) {
    return one.sink().equals(other.sink()) && one.aggregate().equals(other.aggregate());
  }

  private StateRecovery.Recovered recovered() throws IOException {
    try {
      return new StateRecovery(run, spark, partitions, malformed).recover(store);
    } catch (Trouble e) {
      if (StateRecovery.NONE_USABLE.contains(e.reason())
          && run.settings().runtime().checkpoint().onLost().equals("StartFresh")) {
        LOG.warn("{}; checkpoint.onLost is StartFresh: state begins again, empty", e.getMessage());
        return fresh();
      }
      throw e;
    }
  }

  /** Nothing counted so far, everything after the ledger still to come. */
  private StateRecovery.Recovered fresh() throws IOException {
    StateManifest empty =
        StateManifest.empty(
            run.owner().lastEpoch(), run.settings().definition(), run.ledger().until());
    store.write(empty);
    return StateRecovery.nothing(empty, spark, partitions);
  }
}
