package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.JsonObjects.Stored;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.CheckpointPath;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The ledger of a sink without transactions: the object {@code _tidemark/ledger.json} below a path.
 * Each write is conditional on the version it was made from, so a run whose epoch was taken cannot
 * move it.
 */
public class ObjectLedger extends DocumentLedger {
  private static final int TRIES = 5;
  static final String NAME = "_tidemark/ledger.json";

  private final String field;
  private final JsonObjects objects;

  /** Beside the owner record; the store is asked later. */
  public ObjectLedger(Settings settings) {
    this(
        "checkpoint.path",
        new JsonObjects(
            CheckpointPath.parse(settings.runtime().checkpoint().path()), settings.runtime().s3()));
  }

  /**
   * Below another path.
   *
   * @param field of the spec that says which
   */
  ObjectLedger(String field, JsonObjects objects) {
    this.field = field;
    this.objects = objects;
  }

  @Override
  public String shown() {
    return objects.shown(NAME);
  }

  @Override
  public void connect() {
    // Every request stands for itself.
  }

  @Override
  public Optional<LedgerState> read(String jobId) {
    return get().map(stored -> mine(stored, jobId).state());
  }

  @Override
  public Optional<Position> seal(String jobId, long epoch) {
    if (document(jobId).epoch() > 0) {
      change(jobId, document -> document.sealedBy(epoch));
    }
    return document(jobId).position();
  }

  /**
   * Where the ledger stands.
   *
   * @throws Trouble {@code Fenced} or {@code LedgerWentBack} when it is not this epoch's any more
   */
  public Map<Partition, Long> require(String jobId, long epoch) {
    LedgerDocument now = document(jobId);
    now.require(epoch, shown());
    return now.state().until();
  }

  /**
   * Moves offsets.
   *
   * @throws Trouble {@code Fenced} or {@code LedgerWentBack} when it is not this epoch's any more
   */
  public void move(String jobId, long epoch, Map<Partition, Long> to) {
    change(
        jobId,
        document -> {
          document.require(epoch, shown());
          return document.moved(to);
        });
  }

  @Override
  LedgerState change(String jobId, UnaryOperator<LedgerDocument> how) {
    return changed(jobId, how).state();
  }

  LedgerDocument changed(String jobId, UnaryOperator<LedgerDocument> how) {
    for (int i = 0; i < TRIES; i++) {
      Optional<Stored<LedgerDocument>> before = get();
      LedgerDocument next =
          how.apply(
              before.map(stored -> mine(stored, jobId)).orElseGet(() -> LedgerDocument.of(jobId)));
      if (objects.put(NAME, next, before.map(Stored::version).orElse(null))) {
        return next;
      }
    }
    throw new Trouble(
        Reason.StoreUnavailable, shown() + " changes all the time; other runs write it too");
  }

  final LedgerDocument document(String jobId) {
    return get().map(stored -> mine(stored, jobId)).orElseGet(() -> LedgerDocument.of(jobId));
  }

  final LedgerDocument mine(Stored<LedgerDocument> stored, String jobId) {
    LedgerDocument found = stored.content();
    return jobId.equals(found.jobId()) ? found : inPlaceOf(found, jobId);
  }

  /** What a job begins with where another one has left its ledger: nothing. */
  LedgerDocument inPlaceOf(LedgerDocument another, String jobId) {
    return LedgerDocument.of(jobId);
  }

  final Optional<Stored<LedgerDocument>> get() {
    try {
      return objects.get(NAME, LedgerDocument.class);
    } catch (IOException e) {
      throw new Trouble(
          Reason.CheckpointDamaged,
          shown()
              + " cannot be read as a ledger; put back an older version of that object, or choose another "
              + field,
          e);
    }
  }

  @Override
  public void close() {
    objects.close();
  }
}
