package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Mark;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.state.StateManifest;
import dev.tidemark.job.state.StateStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings state to where the ledger stands: the newest state checkpoint that is whole, and what the
 * topic holds between its offsets and the ledger. Spark's own recovery is not used: it would accept
 * missing parts, run every missed batch and go on with yesterday's definition.
 */
public final class StateRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(StateRecovery.class);

  /** Why there is no state to go on with. */
  static final Set<Reason> NONE_USABLE =
      EnumSet.of(
          Reason.CheckpointLost,
          Reason.CheckpointDamaged,
          Reason.LedgerBehindCheckpoint,
          Reason.OffsetsExpired);

  private final Prepared run;
  private final JavaSparkContext spark;
  private final int partitions;
  private final MalformedRecords malformed;
  private final List<String> passed = new ArrayList<>();
  private Reason worst = Reason.CheckpointLost;

  StateRecovery(Prepared run, JavaSparkContext spark, int partitions, MalformedRecords malformed) {
    this.malformed = malformed;
    this.run = run;
    this.spark = spark;
    this.partitions = partitions;
  }

  /**
   * State as of the ledger.
   *
   * @param caughtUp records that were read again, those between the checkpoint and the ledger
   */
  public record Recovered(
      StateManifest from,
      JavaRDD<CompactStateMap> maps,
      Map<Partition, Mark> marks,
      long keys,
      long caughtUp) {

    /** Its keys and values, partitioned as the maps are. */
    public JavaPairRDD<StateKey, byte[]> pairs() {
      return StateData.pairs(maps);
    }

    /** The same state, as another manifest has it. */
    Recovered from(StateManifest manifest) {
      return new Recovered(manifest, maps, marks, keys, caughtUp);
    }
  }

  /** State of nothing, to begin with. */
  static Recovered nothing(StateManifest from, JavaSparkContext spark, int partitions) {
    return new Recovered(from, nothing(spark, new HashPartitioner(partitions)), Map.of(), 0, 0);
  }

  private static JavaRDD<CompactStateMap> nothing(JavaSparkContext spark, Partitioner partitioner) {
    return StateData.maps(JavaPairRDD.fromJavaRDD(spark.emptyRDD()), partitioner);
  }

  /**
   * The state of a revision.
   *
   * @throws Trouble {@code CheckpointLost}, {@code CheckpointDamaged}, {@code
   *     LedgerBehindCheckpoint}, {@code OffsetsExpired} when there is none that is usable
   */
  Recovered recover(StateStore store) throws IOException {
    for (StateStore.Entry entry : store.newestFirst()) {
      if (entry.epoch() < run.owner().floorEpoch()) {
        passed.add(entry.path() + " was replaced by a restore");
        continue;
      }
      Optional<StateManifest> manifest = store.read(entry);
      if (manifest.isEmpty()) {
        pass(Reason.CheckpointDamaged, entry.path() + " is no manifest");
        continue;
      }
      Optional<String> fault = fault(store, manifest.get());
      if (fault.isPresent()) {
        continue;
      }
      Optional<Recovered> recovered = load(store, manifest.get(), entry.path());
      if (recovered.isPresent()) {
        return recovered.get();
      }
    }
    throw new Trouble(worst, sentence());
  }

  private void pass(Reason reason, String why) {
    LOG.warn("a state checkpoint is passed over: {}", why);
    passed.add(why);
    if (worst == Reason.CheckpointLost) {
      worst = reason;
    }
  }

  private String sentence() {
    String what =
        passed.isEmpty()
            ? "there is no state checkpoint under " + run.revisionPath()
            : "no state checkpoint is usable under "
                + run.revisionPath()
                + ": "
                + String.join("; ", passed);
    return what
        + ". Nothing was changed. Put the missing objects back, restore a backup of before with restore, or set"
        + " checkpoint.onLost to StartFresh to begin again with empty state at the ledger";
  }

  private Optional<String> fault(StateStore store, StateManifest manifest) throws IOException {
    Optional<Partition> ahead = manifest.aheadOf(run.ledger().until());
    if (ahead.isPresent()) {
      String why =
          "state of epoch "
              + manifest.epoch()
              + " counts records of "
              + ahead.get()
              + " that the ledger does not hold: the database went back";
      pass(Reason.LedgerBehindCheckpoint, why);
      return Optional.of(why);
    }
    for (PartitionRange range : behind(manifest)) {
      Long earliest = run.kafka().earliest().get(range.partition());
      if (earliest == null || range.from() < earliest) {
        String why =
            "Kafka no longer holds offsets "
                + range.from()
                + " to "
                + (earliest == null ? range.until() : earliest)
                + " of "
                + range.partition()
                + ", which the state of epoch "
                + manifest.epoch()
                + " does not count yet";
        pass(Reason.OffsetsExpired, why);
        return Optional.of(why);
      }
    }
    Optional<String> damage = store.damage(manifest);
    damage.ifPresent(why -> pass(Reason.CheckpointDamaged, why));
    return damage;
  }

  /** What the ledger holds and the state does not; what was skipped is in neither. */
  private List<PartitionRange> behind(StateManifest manifest) {
    List<PartitionRange> behind = new ArrayList<>();
    Map<Partition, Long> counted = manifest.until();
    run.ledger()
        .until()
        .forEach(
            (partition, until) -> {
              long stands = counted.getOrDefault(partition, beginning(partition, until));
              long from = run.ledger().notSkipped(partition, stands);
              if (until > from) {
                behind.add(new PartitionRange(partition, from, until));
              }
            });
    return behind;
  }

  /** Where a partition began that was added after the state was written, unless it is new now. */
  private long beginning(Partition partition, long until) {
    return run.kafka().earliest().getOrDefault(partition, 0L) == until ? until : 0;
  }

  private Optional<Recovered> load(StateStore store, StateManifest manifest, String path) {
    try {
      return Optional.of(load(store, manifest));
    } catch (Exception e) { // Spark's are checked, though Scala does not declare them
      if (!isDamage(e)) {
        throw e;
      }
      LOG.warn("{}", path, e);
      pass(Reason.CheckpointDamaged, "the data of " + path + " cannot be read");
      return Optional.empty();
    }
  }

  /** An error of reading, not of a store, broker or executor that is away. */
  private static boolean isDamage(Throwable failure) {
    boolean reading = false;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof Trouble) {
        return false;
      }
      reading |= t instanceof IOException || t instanceof ClassNotFoundException;
    }
    return reading && !StoreTrouble.isAway(failure);
  }

  private Recovered load(StateStore store, StateManifest manifest) {
    Map<Partition, Mark> marks = marks(manifest);
    HashPartitioner partitioner = new HashPartitioner(partitions);
    JavaRDD<CompactStateMap> maps = data(spark, store, manifest, partitioner);
    List<PartitionRange> behind = behind(manifest);
    if (!behind.isEmpty()) {
      // With the definition that would have counted them, which need not be today's.
      Computation then = Computation.of(manifest.definition());
      PartialsRdd added = new PartialsRdd(spark.sc(), then, malformed, behind, () -> times(marks));
      maps = StateData.with(maps, MergeByKey.of(added, then, partitions), then);
    }
    maps = maps.persist(StorageLevel.MEMORY_AND_DISK());
    long keys = 0;
    for (StateData.Summary summary : StateData.summaries(maps)) {
      keys += summary.keys();
      for (Partition partition : run.ledger().until().keySet()) {
        byte[] mark = summary.marks().get(StateKey.mark(partition.topic(), partition.number()));
        if (mark != null) {
          marks.merge(partition, Mark.of(mark), Mark::merged);
        }
      }
    }
    long caughtUp = behind.stream().mapToLong(r -> r.until() - r.from()).sum();
    return new Recovered(manifest, maps, marks, keys, caughtUp);
  }

  /** The state of a manifest, whatever it was written as. */
  static JavaRDD<CompactStateMap> data(
      JavaSparkContext spark, StateStore store, StateManifest manifest, Partitioner partitioner) {
    if (manifest.directory() == null) {
      return nothing(spark, partitioner);
    }
    String path = store.absolute(manifest.directory());
    return manifest.source().equals(Savepoint.SOURCE)
        ? StateData.maps(Savepoint.read(spark, manifest, path), partitioner)
        : StateData.read(spark.sc(), manifest.source(), path, partitioner);
  }

  private static Map<Partition, Mark> marks(StateManifest manifest) {
    Map<Partition, Mark> marks = new HashMap<>();
    for (StateManifest.Offset offset : manifest.offsets()) {
      if (offset.mark() != null) {
        marks.put(new Partition(offset.topic(), offset.partition()), new Mark(offset.mark(), 0));
      }
    }
    return marks;
  }

  private static Map<Partition, Long> times(Map<Partition, Mark> marks) {
    Map<Partition, Long> times = new HashMap<>();
    marks.forEach((partition, mark) -> times.put(partition, mark.time()));
    return times;
  }
}
