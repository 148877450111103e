package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.CompactStateMap;
import dev.tidemark.job.engine.Computation;
import dev.tidemark.job.engine.MalformedRecords;
import dev.tidemark.job.engine.Marks;
import dev.tidemark.job.engine.MergeByKey;
import dev.tidemark.job.engine.Output;
import dev.tidemark.job.engine.PartialsRdd;
import dev.tidemark.job.engine.Result;
import dev.tidemark.job.engine.ResultsTransaction;
import dev.tidemark.job.engine.StateCheckpoints;
import dev.tidemark.job.engine.StateData;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;

/**
 * The output of a query that keeps state. State is a version of Spark's state stores; that of a
 * batch which the ledger holds already is made again without writing anything.
 */
final class StoredStateOutput implements Output {
  private final ResultsTransaction transaction;
  private final MalformedRecords malformed;
  private final StoredState state;
  private final StateCheckpoints checkpoints;
  private final long checkpointMillis;
  private final LongConsumer late;
  private final JavaRDD<CompactStateMap> before;
  private final Marks marks;
  private final boolean windows;
  private long version = -1;
  private String queryRun;
  private boolean marked;
  private long closed = Marks.NEVER;
  private long checkpointed = System.currentTimeMillis();
  private Committed last;

  /** A batch that was committed, and the version after it. */
  private record Committed(long time, long version, Map<Partition, Long> until) {}

  /**
   * For one run.
   *
   * @param before what the first batch of a new query begins with; null where the query goes on
   * @param marks of {@code before}; else still to be read
   * @param windows true when windows close
   */
  StoredStateOutput(
      ResultsTransaction transaction,
      MalformedRecords malformed,
      StoredState state,
      StateCheckpoints checkpoints,
      long checkpointMillis,
      LongConsumer late,
      JavaRDD<CompactStateMap> before,
      Marks marks,
      boolean windows) {
    this.transaction = transaction;
    this.malformed = malformed;
    this.state = state;
    this.checkpoints = checkpoints;
    this.checkpointMillis = checkpointMillis;
    this.late = late;
    this.before = before;
    this.marks = marks;
    this.windows = windows;
    this.marked = before != null;
  }

  /** The batch for which {@link #write} is called next, as the query numbers it. */
  void begin(long ofVersion, String ofQueryRun) {
    version = ofVersion;
    queryRun = ofQueryRun;
  }

  /** True when a batch without records would write results. */
  boolean due() {
    return windows && marks.haveMoved();
  }

  @Override
  public Outcome write(long time, List<PartitionRange> ranges, Map<Partition, Long> committed) {
    if (!marked) {
      marks.advance(Marks.among(state.values(version, queryRun, Marks.keys(ranges)), ranges));
      marked = true;
    }
    boolean again = isCommitted(ranges, committed);
    long until = marks.begin(time);
    JavaRDD<Result> results = results(ranges, until);
    Outcome outcome;
    if (again) {
      results.foreach(result -> {});
      marks.advance(Marks.among(state.values(version + 1, queryRun, Marks.keys(ranges)), ranges));
      outcome = Outcome.NOTHING;
    } else {
      ResultsTransaction.Done done = transaction.run(time, ranges, results);
      marks.advance(Marks.among(done.marks(), ranges));
      outcome = done.outcome();
    }
    closed = until;
    late.accept(marks.late());
    Map<Partition, Long> now = new HashMap<>(committed);
    ranges.forEach(range -> now.merge(range.partition(), range.until(), Math::max));
    last = new Committed(time, version + 1, now);
    if (System.currentTimeMillis() - checkpointed >= checkpointMillis) {
      checkpoint();
    }
    return outcome;
  }

  private JavaRDD<Result> results(List<PartitionRange> ranges, long until) {
    Computation computation = transaction.computation();
    PartialsRdd partials =
        new PartialsRdd(state.spark(), computation, malformed, ranges, marks::times);
    RDD<Object> brought =
        StateData.after(
            version == 0 ? before : null, MergeByKey.of(partials, computation, state.partitions()));
    return state.update(
        brought, version, queryRun, new UpdateStore(computation, until, until != closed));
  }

  /** True when the ledger holds all records of a batch; a batch of time alone is none of these. */
  private static boolean isCommitted(List<PartitionRange> ranges, Map<Partition, Long> committed) {
    List<PartitionRange> read = ranges.stream().filter(r -> r.until() > r.from()).toList();
    boolean there =
        read.stream().allMatch(r -> committed.getOrDefault(r.partition(), r.from()) >= r.until());
    boolean untouched =
        read.stream().allMatch(r -> committed.getOrDefault(r.partition(), r.from()) == r.from());
    if (!there && !untouched) {
      throw new IllegalStateException(
          "the ledger holds a part of the query's next batch, which is committed whole: " + ranges);
    }
    return there && !read.isEmpty();
  }

  private void checkpoint() {
    RDD<?> all = state.all(last.version(), queryRun).persist(StorageLevel.MEMORY_AND_DISK());
    checkpoints.now(last.time(), all, last.until(), marks.all());
    all.unpersist(false);
    checkpointed = System.currentTimeMillis();
    last = null;
  }

  @Override
  public void stopped() {
    if (last != null) {
      checkpoint();
    }
  }
}
