package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.Begun;
import dev.tidemark.job.engine.CompactStateMap;
import dev.tidemark.job.engine.MalformedRecords;
import dev.tidemark.job.engine.Marks;
import dev.tidemark.job.engine.Output;
import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.ResultsTransaction;
import dev.tidemark.job.engine.Run;
import dev.tidemark.job.engine.Start;
import dev.tidemark.job.engine.StateBeginning;
import dev.tidemark.job.engine.StateCheckpoints;
import dev.tidemark.job.engine.StateData;
import dev.tidemark.job.engine.StateRecovery;
import dev.tidemark.job.expression.Mark;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.CheckpointPaths;
import dev.tidemark.job.state.StateStore;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From where a run of a query goes on: its own checkpoint, if the ledger stands where that says;
 * else a new query begins at the ledger, with the newest state checkpoint where there is state.
 */
final class QueryBeginnings {
  private static final Logger LOG = LoggerFactory.getLogger(QueryBeginnings.class);

  private final Start start;
  private final Optional<FoundQuery> newest;
  private final Prepared prepared;
  private final Settings settings;
  private final JavaSparkContext spark;
  private final SparkSession session;

  /**
   * Reads nothing yet.
   *
   * @param newest query of the revision, as far as was known when the epoch was being taken
   */
  QueryBeginnings(Start start, Optional<FoundQuery> newest) {
    this.start = start;
    this.newest = newest;
    this.prepared = start.prepared();
    this.settings = prepared.settings();
    this.spark = start.spark();
    this.session = new SparkSession(spark.sc());
    // Spark notes it in the query's checkpoint; it is how many parts there are of state.
    session.conf().set(Queries.PARTITIONS, StateData.partitions(settings));
  }

  Begun withoutState() {
    boolean rows = settings.definition().aggregate() == null;
    Optional<FoundQuery> found = found(!rows);
    announce(found, "Ledger");
    String path = path(found);
    return begun(start.outputs().withoutState(prepared, spark), path, Optional.empty());
  }

  Begun withState() throws IOException {
    boolean begun = prepared.owner().stateRevision() == prepared.owner().revision();
    Optional<FoundQuery> found = begun ? found(true) : Optional.empty();
    ResultsTransaction transaction = start.outputs().transaction(prepared);
    MalformedRecords malformed = start.outputs().malformed(prepared, spark);
    StateStore store = new StateStore(prepared.revisionPath(), spark.hadoopConfiguration());
    int partitions = StateData.partitions(settings);
    announce(found, "Checkpoint");
    JavaRDD<CompactStateMap> before = null;
    Map<Partition, Mark> marks = Map.of();
    StateBeginning beginning =
        new StateBeginning(prepared, spark, partitions, malformed, store, transaction);
    if (found.isPresent()) {
      beginning.goesOnElsewhere(found.get().until().keySet());
    } else {
      StateRecovery.Recovered recovered = beginning.begin();
      before = recovered.maps();
      marks = recovered.marks();
      start.timeline().done("state loaded");
    }
    String path = path(found);
    spark.sc().setCheckpointDir(prepared.ownPath());
    StateCheckpoints checkpoints =
        new StateCheckpoints(
            store,
            prepared,
            StateData.RUNNING,
            start.progress(),
            before == null ? spark.emptyRDD() : before);
    StoredStateOutput output =
        new StoredStateOutput(
            transaction,
            malformed,
            new StoredState(spark, session, path, partitions),
            checkpoints,
            settings.checkpointIntervalMillis(),
            start.progress()::late,
            before,
            new Marks(prepared.reading().keySet(), marks, 2),
            settings.definition().aggregate().window() != null);
    return begun(output, path, Optional.of(output));
  }

  private Begun begun(Output output, String path, Optional<StoredStateOutput> state) {
    return new Begun(
        output,
        () -> new StructuredQuery(Run.current(), session, path, state),
        Optional.of(
            new QueryCheckpoints(prepared.revisionPath(), path, spark.hadoopConfiguration())));
  }

  private String path(Optional<FoundQuery> found) {
    return found
        .map(FoundQuery::path)
        .orElseGet(
            () ->
                CheckpointPaths.query(
                    settings, prepared.owner().revision(), prepared.owner().lastEpoch()));
  }

  /** The query to go on with; empty when a new one is to begin. */
  private Optional<FoundQuery> found(boolean whole) {
    if (prepared.first()) {
      return Optional.empty();
    }
    Optional<FoundQuery> query = newest;
    if (query.isPresent() && query.get().unfit(prepared.reading(), whole).isPresent()) {
      // The run before may have gone on while its logs were read; it can no more.
      query = Queries.newest(settings, prepared.owner());
    }
    start.timeline().done("query's logs read");
    if (query.isEmpty()) {
      return lost("there is no checkpoint of a query under " + prepared.revisionPath());
    }
    Optional<String> unfit = unfit(query.get(), whole);
    if (unfit.isEmpty()) {
      return query;
    }
    LOG.warn("the query in {} is not gone on with: {}", query.get().path(), unfit.get());
    return Optional.empty();
  }

  private Optional<String> unfit(FoundQuery query, boolean whole) {
    if (start.preferLedger()) {
      return Optional.of("going on with it failed before");
    }
    if (settings.definition().stateful()) {
      if (query.partitions() != StateData.partitions(settings)) {
        return Optional.of("its state is split into " + query.partitions() + " parts");
      }
      if (query.batch() == 0 && !query.done()) {
        return Optional.of("its first batch was not done, and its state with that");
      }
    }
    return query.unfit(prepared.reading(), whole);
  }

  /** State has checkpoints of its own, and says itself what is lost. */
  private Optional<FoundQuery> lost(String sentence) {
    if (!settings.definition().stateful()
        && settings.runtime().checkpoint().onLost().equals("Stop")) {
      throw new Trouble(
          Reason.CheckpointLost,
          sentence
              + ", and checkpoint.onLost is Stop; set it to UseLedger to go on from the ledger, which is exact");
    }
    LOG.warn("{}", sentence);
    return Optional.empty();
  }

  private void announce(Optional<FoundQuery> found, String otherwise) {
    long epoch = prepared.owner().lastEpoch();
    int revision = prepared.owner().revision();
    String from = prepared.first() ? null : found.isPresent() ? "Checkpoint" : otherwise;
    LOG.info(
        "epoch {} of revision {} {}",
        epoch,
        revision,
        found
            .map(
                query -> "goes on with batch " + query.batch() + " of the query in " + query.path())
            .orElse("begins a query at the ledger"));
    start.progress().recovering(revision, epoch, from, 0);
  }
}
