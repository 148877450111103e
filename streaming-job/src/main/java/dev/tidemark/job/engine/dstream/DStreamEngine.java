package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.Begun;
import dev.tidemark.job.engine.MalformedRecords;
import dev.tidemark.job.engine.Marks;
import dev.tidemark.job.engine.Output;
import dev.tidemark.job.engine.Preparation;
import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.ResultsTransaction;
import dev.tidemark.job.engine.SparkEngine;
import dev.tidemark.job.engine.Start;
import dev.tidemark.job.engine.StateBeginning;
import dev.tidemark.job.engine.StateCheckpoints;
import dev.tidemark.job.engine.StateData;
import dev.tidemark.job.engine.StateRecovery;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.progress.Progress;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From where a run of DStreams goes on, and what it needs for that: without state the checkpoint of
 * the stream or the ledger alone, with state the newest state checkpoint.
 */
public final class DStreamEngine implements SparkEngine {
  private static final Logger LOG = LoggerFactory.getLogger(DStreamEngine.class);

  /** Spark remembers state for two checkpoints; a few batches more are on their way. */
  private static final int BATCHES_MORE = 10;

  private final Settings settings;
  private CompletableFuture<CheckpointFinder.Result> looking =
      CompletableFuture.completedFuture(new CheckpointFinder.Result(Optional.empty(), List.of()));

  /** For one run. */
  public DStreamEngine(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void look(OwnerRecord before, Executor pool) {
    if (!settings.definition().stateful()) { // state checkpoints are looked for later
      looking = CompletableFuture.supplyAsync(() -> CheckpointFinder.find(settings, before), pool);
    }
  }

  @Override
  public Begun begin(Start start) throws IOException {
    return settings.definition().stateful() ? withState(start) : withoutState(start);
  }

  private Begun withoutState(Start start) {
    Prepared prepared = start.prepared();
    JavaSparkContext spark = start.spark();
    CheckpointFinder.Result found = Preparation.join(looking);
    start.timeline().done("checkpoint read");
    Recovery recovery =
        Recovery.choose(prepared, found, start.preferLedger(), System.currentTimeMillis());
    announce(prepared, recovery, start.progress());
    return new Begun(
        start.outputs().withoutState(prepared, spark),
        () -> new DStreams(Contexts.make(prepared, recovery, spark.sc())),
        Optional.of(new StreamCheckpoints(prepared, spark.hadoopConfiguration())));
  }

  private static void announce(Prepared prepared, Recovery recovery, Progress progress) {
    String from = recovery.from(prepared);
    long epoch = prepared.owner().lastEpoch();
    if (from == null) {
      LOG.info("revision {} begins as epoch {}", prepared.owner().revision(), epoch);
    } else if (recovery.checkpoint().isPresent()) {
      LOG.info(
          "epoch {} recovers from the checkpoint {}", epoch, recovery.checkpoint().get().path());
    } else {
      LOG.warn("epoch {} goes on from the ledger: {}", epoch, recovery.why());
    }
    progress.recovering(prepared.owner().revision(), epoch, from, recovery.skippedBatches());
  }

  private Begun withState(Start start) throws IOException {
    Prepared prepared = start.prepared();
    JavaSparkContext spark = start.spark();
    Progress progress = start.progress();
    long epoch = prepared.owner().lastEpoch();
    int revision = prepared.owner().revision();
    int partitions = StateData.partitions(settings);
    progress.recovering(revision, epoch, prepared.first() ? null : "Checkpoint", 0);
    ResultsTransaction transaction = start.outputs().transaction(prepared);
    MalformedRecords malformed = start.outputs().malformed(prepared, spark);
    StateStore store = new StateStore(prepared.revisionPath(), spark.hadoopConfiguration());
    StateRecovery.Recovered state =
        new StateBeginning(prepared, spark, partitions, malformed, store, transaction).begin();
    start.timeline().done("state loaded");
    StateManifest from = state.from();
    LOG.info(
        "epoch {} of revision {} goes on from the state of epoch {}, batch {}: {} keys, {} offsets read again",
        epoch,
        revision,
        from.epoch(),
        from.batch(),
        state.keys(),
        state.caughtUp());
    long batches =
        2 * settings.checkpointIntervalMillis() / settings.definition().batchIntervalMillis();
    Marks marks =
        new Marks(prepared.reading().keySet(), state.marks(), (int) batches + BATCHES_MORE);
    progress.late(marks.late());
    StateCheckpoints checkpoints =
        new StateCheckpoints(
            store,
            prepared,
            StateData.source(settings.definition().aggregate()),
            progress,
            state.maps());
    Output output =
        new StateOutput(
            spark.sc(), transaction, malformed, checkpoints, marks, partitions, progress::late);
    return new Begun(
        output,
        () -> new DStreams(Contexts.make(prepared, state, partitions, spark.sc())),
        Optional.empty());
  }
}
