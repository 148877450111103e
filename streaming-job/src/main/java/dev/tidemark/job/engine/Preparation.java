package dev.tidemark.job.engine;

import dev.tidemark.job.ledger.KnownJob;
import dev.tidemark.job.ledger.Ledger;
import dev.tidemark.job.ledger.LedgerState;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.Ledgers;
import dev.tidemark.job.ledger.Skipped;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.owner.Ownership;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.source.EndOffsets;
import dev.tidemark.job.source.KafkaCluster;
import dev.tidemark.job.source.KafkaView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From settings to a run that has its epoch. Everything is asked before anything is written: a
 * start that must be refused, or must wait, changes nothing. The three stores are asked at the same
 * time.
 */
public final class Preparation {
  private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

  private final Settings settings;
  private final Parts parts;
  private final Executor pool;
  private final Timeline timeline;

  Preparation(Settings settings, Parts parts, Executor pool, Timeline timeline) {
    this.settings = settings;
    this.parts = parts;
    this.pool = pool;
    this.timeline = timeline;
  }

  /**
   * Asks, checks, then takes the epoch.
   *
   * @param known hears of the owner record as soon as it was read, so that a checkpoint can be
   *     looked for meanwhile
   * @throws Trouble of kind wait or stop
   */
  Prepared prepare(Consumer<Optional<OwnerRecord>> known) {
    CompletableFuture<KafkaView> kafka = async(this::look);
    CompletableFuture<Ledger> connected = async(this::connect);
    Ownership ownership = parts.ownership(settings);
    try {
      Trouble orphaned = null;
      Optional<OwnerRecord> before = Optional.empty();
      try {
        before = ownership.check(settings);
      } catch (Trouble e) {
        if (e.reason() != Reason.OwnerRecordMissing) {
          throw e;
        }
        orphaned = e;
      }
      timeline.done("owner read");
      known.accept(before);
      try (Ledger ledger = join(connected)) {
        Optional<KnownJob> lost = before.isPresent() ? Optional.empty() : lost(ledger);
        if (lost.isEmpty() && orphaned != null) {
          throw orphaned;
        }
        lost.ifPresent(job -> adopt(ownership, ledger, job));
        Optional<LedgerState> state =
            before
                .map(OwnerRecord::jobId)
                .or(() -> lost.map(KnownJob::jobId))
                .flatMap(ledger::read);
        ownership.requireLedger(
            state.isPresent() && !state.get().until().isEmpty(), ledger.shown());
        if (before.isPresent() && state.isPresent()) {
          StateBeginning.requireOneHistory(settings, before.get(), state.get());
        }
        KafkaView view = join(kafka);
        Map<Partition, Long> starting = starting(before, state, view);
        List<Skipped> expired =
            Reach.expired(settings, isFresh(state) ? starting : state.get().until(), view);
        before.ifPresent(record -> StateBeginning.requireCounted(settings, record, expired));
        return take(ownership, ledger, before, state, view, starting);
      }
    } catch (Trouble e) {
      pool.execute(() -> discard(connected));
      throw e;
    }
  }

  /** A job that has got no further than its name has lost nothing. */
  private Optional<KnownJob> lost(Ledger ledger) {
    return ledger
        .known(Ledgers.owner(settings))
        .filter(
            job -> ledger.read(job.jobId()).map(state -> !state.until().isEmpty()).orElse(false));
  }

  /**
   * The owner record is gone while the ledger holds results of this job: a fresh start would write
   * all of them again.
   */
  private void adopt(Ownership ownership, Ledger ledger, KnownJob job) {
    String onLost = settings.runtime().checkpoint().onLost();
    boolean stateful = settings.definition().stateful();
    boolean goesOn = onLost.equals("StartFresh") || (!stateful && onLost.equals("UseLedger"));
    String sentence =
        "the owner record of "
            + settings.runtime().checkpoint().path()
            + " is gone, and what lies beside it cannot be used without it; the ledger in "
            + ledger.shown()
            + " holds results of this job up to epoch "
            + job.epoch();
    if (!goesOn) {
      throw new Trouble(
          Reason.CheckpointLost,
          sentence
              + ". Nothing was changed. Put the objects back, restore a backup (spec.restore, or checkpoint.onLost:"
              + " RestoreBackup), or set checkpoint.onLost to "
              + (stateful
                  ? "StartFresh to count from where the ledger ends"
                  : "UseLedger to go on from the ledger, which is exact"));
    }
    LOG.warn("{}; checkpoint.onLost is {}: the job goes on from the ledger", sentence, onLost);
    ownership.adopt(job.jobId(), job.revision());
  }

  /**
   * Whether everything a run depends on answers.
   *
   * @throws Trouble of what does not
   */
  void probe() {
    CompletableFuture<KafkaView> kafka = async(this::look);
    Ledger ledger = connect();
    try {
      parts.ownership(settings).read();
      join(kafka);
    } finally {
      ledger.close();
    }
  }

  private static void discard(CompletableFuture<Ledger> connected) {
    try {
      join(connected).close();
    } catch (RuntimeException e) {
      LOG.debug("the ledger was not there either: {}", e.toString());
    }
  }

  private Prepared take(
      Ownership ownership,
      Ledger ledger,
      Optional<OwnerRecord> before,
      Optional<LedgerState> state,
      KafkaView view,
      Map<Partition, Long> starting) {
    OwnerRecord owner = ownership.takeEpoch(settings, state.map(LedgerState::epoch).orElse(0L));
    timeline.done("epoch " + owner.lastEpoch() + " taken");
    ledger.takeEpoch(owner.jobId(), owner.lastEpoch(), owner.revision());
    boolean fresh = isFresh(state);
    if (fresh && settings.definition().stateful() && !owner.beginsAsClone()) {
      // Before the ledger: from its first offset on there is state to be found again.
      StateBeginning.empty(settings, owner, starting);
      owner = ownership.stateBegun(owner.revision());
    }
    LedgerState opened = ledger.open(owner.jobId(), owner.lastEpoch(), view.identity(), starting);
    if (!owner.ledgerOpened()) {
      owner = ownership.ledgerOpened();
    }
    List<Skipped> expired = Reach.expired(settings, opened.until(), view);
    if (!expired.isEmpty()) {
      opened = ledger.skip(owner.jobId(), owner.lastEpoch(), expired);
      LOG.warn("skipped, since Kafka had dropped them before they were read: {}", expired);
    }
    timeline.done("ledger opened");
    if (!settings.definition().stateful() && owner.stateRevision() != 0) {
      owner = ownership.stateBegun(0); // state of before knows nothing of what this revision reads
    }
    Map<Partition, Long> reading = view.named(opened.until());
    List<String> left =
        opened.until().keySet().stream()
            .filter(partition -> !reading.containsKey(partition))
            .map(Partition::toString)
            .sorted()
            .toList();
    if (!left.isEmpty()) {
      LOG.warn("read no more, since the source names no such topic, or it is gone: {}", left);
    }
    EndOffsets offsets = new EndOffsets(settings, reading, view.earliest());
    pool.execute(offsets::prepare);
    boolean first = before.isEmpty() ? fresh : before.get().revision() != owner.revision();
    return new Prepared(settings, owner, opened, view, offsets, ownership, first);
  }

  private KafkaView look() {
    try (KafkaCluster cluster = new KafkaCluster(settings)) {
      KafkaView view = cluster.look();
      timeline.done("Kafka seen");
      return view;
    }
  }

  private Ledger connect() {
    Ledger ledger = parts.ledger(settings);
    ledger.connect(); // while the owner record is still being read
    timeline.done("database connected");
    return ledger;
  }

  /**
   * New jobs begin where the user said, or where the state of another one stands; a partition added
   * later has never been read, so it begins at its first record.
   */
  private Map<Partition, Long> starting(
      Optional<OwnerRecord> owner, Optional<LedgerState> ledger, KafkaView view) {
    if (isFresh(ledger) && owner.map(OwnerRecord::beginsAsClone).orElse(false)) {
      Map<Partition, Long> starting = new HashMap<>(view.earliest());
      starting.putAll(StateBeginning.cloned(settings, owner.get()));
      return starting;
    }
    boolean latest =
        isFresh(ledger) && settings.definition().source().startingOffsets().equals("Latest");
    return new HashMap<>(latest ? view.latest() : view.earliest());
  }

  private static boolean isFresh(Optional<LedgerState> before) {
    return before.isEmpty() || before.get().until().isEmpty();
  }

  private <T> CompletableFuture<T> async(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, pool);
  }

  /** What the work gave, or the trouble it had, as if it had been done here. */
  public static <T> T join(CompletableFuture<T> work) {
    try {
      return work.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException own) {
        throw own;
      }
      throw e;
    }
  }
}
