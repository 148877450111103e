package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state a run begins with. It stands exactly at the ledger, and is on the store before the run
 * may commit anything: whatever happens next, the run after it finds where to begin.
 */
final class StateBeginning {
  private static final Logger LOG = LoggerFactory.getLogger(StateBeginning.class);

  private final Prepared run;
  private final JavaSparkContext spark;
  private final int partitions;
  private final StateStore store;

  StateBeginning(Prepared run, JavaSparkContext spark, int partitions, StateStore store) {
    this.run = run;
    this.spark = spark;
    this.partitions = partitions;
    this.store = store;
  }

  /** The store of a revision, as a run reaches it before it has a Spark context. */
  private static StateStore store(Settings settings, int revision) throws IOException {
    Configuration hadoop = SparkSettings.hadoop(SparkSettings.storage(settings));
    return new StateStore(CheckpointPaths.revision(settings, revision), hadoop);
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
   * State as of the ledger.
   *
   * @throws Trouble when there is none and nobody said that it may begin anew
   */
  StateRecovery.Recovered begin() {
    try {
      StateRecovery.Recovered begun = begun();
      if (!begun.from().until().keySet().containsAll(run.ledger().until().keySet())) {
        // Partitions were added: nothing of them is committed yet, and they begin here.
        store.write(begun.from().with(run.owner().lastEpoch(), run.ledger().until()));
      }
      return begun;
    } catch (IOException e) {
      throw StoreTrouble.of(e, run.settings().runtime().checkpoint().path());
    }
  }

  private StateRecovery.Recovered begun() throws IOException {
    OwnerRecord owner = run.owner();
    if (owner.stateRevision() == owner.revision()) {
      return recovered();
    }
    boolean carry =
        owner.stateRevision() > 0
            && run.settings().runtime().upgrade().strategy().equals("Savepoint");
    if (carry) {
      throw new Trouble(
          Reason.StateDoesNotFit,
          "the state of revision "
              + owner.stateRevision()
              + " cannot be taken over; set upgrade.strategy: Fresh to begin with empty state");
    }
    StateRecovery.Recovered fresh = fresh();
    run.ownership().stateBegun(owner.revision());
    return fresh;
  }

  private StateRecovery.Recovered recovered() throws IOException {
    try {
      return new StateRecovery(run, spark, partitions).recover(store);
    } catch (Trouble e) {
      boolean lost = e.reason().kind() == Reason.Kind.STOP && e.reason().name().startsWith("Check");
      if (lost && run.settings().runtime().checkpoint().onLost().equals("StartFresh")) {
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
    return StateRecovery.nothing(empty, spark);
  }
}
