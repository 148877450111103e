package dev.tidemark.job.engine;

import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.settings.Settings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Looks for a checkpoint of Spark's while the epoch is still being taken. What the run before
 * writes meanwhile is not seen; what is older does as well, or is looked for again.
 */
final class CheckpointLook {
  private final Settings settings;
  private final Executor pool;
  private CompletableFuture<CheckpointFinder.Result> stream =
      CompletableFuture.completedFuture(new CheckpointFinder.Result(Optional.empty(), List.of()));
  private CompletableFuture<Optional<FoundQuery>> query =
      CompletableFuture.completedFuture(Optional.empty());

  CheckpointLook(Settings settings, Executor pool) {
    this.settings = settings;
    this.pool = pool;
  }

  /** Begins, if there was a run of this definition before. */
  void begin(Optional<OwnerRecord> owner) {
    Optional<OwnerRecord> same =
        owner.filter(record -> record.definitionDigest().equals(settings.definitionDigest()));
    if (settings.definition().structured()) {
      same.ifPresent(record -> query = async(() -> Queries.newest(settings, record)));
    } else if (!settings.definition().stateful()) { // state is looked for by itself
      same.ifPresent(record -> stream = async(() -> CheckpointFinder.find(settings, record)));
    }
  }

  private <T> CompletableFuture<T> async(Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, pool);
  }

  /** The newest checkpoint of a stream. */
  CheckpointFinder.Result stream() {
    return Preparation.join(stream);
  }

  /** The newest query. */
  Optional<FoundQuery> query() {
    return Preparation.join(query);
  }
}
