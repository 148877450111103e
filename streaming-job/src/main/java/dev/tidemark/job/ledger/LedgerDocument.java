package dev.tidemark.job.ledger;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The content of a ledger that is an object: what the two tables of a database hold.
 *
 * @param contract version of this format
 * @param sealed true after a hand-over: nothing may be printed any more
 * @param cluster id of the Kafka cluster the offsets belong to; null before the first opening
 * @param skipped ranges that Kafka had dropped before they were read
 * @param owner who writes here, by {@link Ledgers#owner}; null where the checkpoint path says it
 * @param claimed of a sink of files: what was claimed; else null
 */
record LedgerDocument(
    int contract,
    String jobId,
    int revision,
    long epoch,
    boolean sealed,
    String cluster,
    Map<String, String> topicIds,
    List<Offset> offsets,
    List<Range> skipped,
    String owner,
    Claimed claimed) {
  static final int CONTRACT = 1;

  /** The first offset of a partition whose results were not printed. */
  record Offset(String topic, int partition, long until) {}

  /** A range, from its first offset to the first one after it. */
  record Range(String topic, int partition, long from, long until) {
    Range(Skipped range) {
      this(range.partition().topic(), range.partition().number(), range.from(), range.until());
    }

    Range(PartitionRange range) {
      this(range.partition().topic(), range.partition().number(), range.from(), range.until());
    }

    Skipped skipped() {
      return new Skipped(new Partition(topic, partition), from, until);
    }

    PartitionRange range() {
      return new PartitionRange(new Partition(topic, partition), from, until);
    }
  }

  LedgerDocument {
    skipped = skipped == null ? List.of() : skipped; // written before there were any
  }

  static LedgerDocument of(String jobId) {
    return new LedgerDocument(
        CONTRACT, jobId, 0, 0, false, null, Map.of(), List.of(), List.of(), null, null);
  }

  LedgerState state() {
    Map<Partition, Long> until = new HashMap<>();
    offsets.forEach(o -> until.put(new Partition(o.topic(), o.partition()), o.until()));
    return new LedgerState(
        epoch, revision, sealed, until, skipped.stream().map(Range::skipped).toList());
  }

  LedgerDocument taken(long byEpoch, int byRevision, String path) {
    if (epoch >= byEpoch) {
      throw EpochRule.refused(jobId, epoch, byEpoch);
    }
    requireOpen(path);
    return held(byRevision, byEpoch, false);
  }

  void require(long wanted, String path) {
    if (epoch != wanted) {
      throw EpochRule.refused(jobId, epoch, wanted);
    }
    requireOpen(path);
  }

  private void requireOpen(String path) {
    if (sealed) {
      throw new Trouble(
          Reason.LedgerSealed,
          "the ledger in "
              + path
              + " was handed over to another sink; nothing may be printed here");
    }
  }

  /** Where the job stands; empty before the first opening. */
  Optional<Position> position() {
    return cluster == null
        ? Optional.empty()
        : Optional.of(
            new Position(
                new LedgerIdentity(cluster, topicIds), state().until(), state().skipped()));
  }

  /** Handed over; sealed already it stays as it is. */
  LedgerDocument sealedBy(long byEpoch) {
    if (sealed) {
      return this;
    }
    if (epoch >= byEpoch) {
      throw EpochRule.refused(jobId, epoch, byEpoch);
    }
    return held(revision, byEpoch, true);
  }

  /** With the position of another ledger in the place of what was here. */
  LedgerDocument takenOver(long byEpoch, int byRevision, Position position) {
    if (epoch > byEpoch || (epoch == byEpoch && !sealed)) {
      throw EpochRule.refused(jobId, epoch, byEpoch);
    }
    return held(byRevision, byEpoch, false)
        .standing(
            position.until().isEmpty() ? null : position.identity().clusterId(),
            position.identity().topicIds(),
            position.until(),
            position.skipped().stream().map(Range::new).toList());
  }

  /** The same in the hands of a run. */
  private LedgerDocument held(int byRevision, long byEpoch, boolean isSealed) {
    return new LedgerDocument(
        CONTRACT,
        jobId,
        byRevision,
        byEpoch,
        isSealed,
        cluster,
        topicIds,
        offsets,
        skipped,
        owner,
        claimed);
  }

  /** The same at another place. */
  private LedgerDocument standing(
      String ofCluster, Map<String, String> ids, Map<Partition, Long> until, List<Range> without) {
    return new LedgerDocument(
        CONTRACT,
        jobId,
        revision,
        epoch,
        sealed,
        ofCluster,
        ids,
        offsets(until),
        without,
        owner,
        claimed);
  }

  private LedgerDocument having(String ownedBy, Claimed claims) {
    return new LedgerDocument(
        CONTRACT, jobId, revision, epoch, sealed, cluster, topicIds, offsets, skipped, ownedBy,
        claims);
  }

  /** The same with the name of who writes here. */
  LedgerDocument ownedBy(String name) {
    return having(name, claimed);
  }

  /** What was claimed, for a sink of files. */
  Claimed claims() {
    return claimed == null ? Claimed.NOTHING : claimed;
  }

  /** With the next claim; one of the same that is there already stays. */
  LedgerDocument claiming(String definition, List<PartitionRange> ranges) {
    return having(owner, claims().next(definition, ranges));
  }

  /**
   * After it became known how a claim ended; done already it stays.
   *
   * @param written true when its rows count, so that its records are never read again
   */
  LedgerDocument ended(long number, boolean written) {
    Optional<Claim> ending = claims().open().filter(claim -> claim.number() == number);
    if (ending.isEmpty()) {
      return this;
    }
    return (written ? moved(PartitionRange.ends(ending.get().ranges())) : this)
        .having(owner, claims().ended());
  }

  /** With a place for partitions that have none yet. */
  LedgerDocument opened(LedgerIdentity identity, Map<Partition, Long> starting, String path) {
    requireIdentity(identity, path);
    Map<Partition, Long> all = new HashMap<>(starting);
    all.putAll(state().until());
    Map<String, String> ids = new HashMap<>(identity.topicIds());
    ids.putAll(topicIds);
    return standing(identity.clusterId(), ids, all, skipped);
  }

  private void requireIdentity(LedgerIdentity identity, String path) {
    boolean otherTopic =
        topicIds.entrySet().stream()
            .anyMatch(
                e ->
                    identity.topicIds().containsKey(e.getKey())
                        && !identity.topicIds().get(e.getKey()).equals(e.getValue()));
    if (cluster != null && (otherTopic || !cluster.equals(identity.clusterId()))) {
      throw new Trouble(
          Reason.TopicRecreated,
          "the offsets in "
              + path
              + " are those of another Kafka cluster, or of a topic that was deleted and created again; offsets of one mean"
              + " nothing in the other. If the new topic shall be read from its start, use another checkpoint.path");
    }
  }

  /** The same, further on. */
  LedgerDocument moved(Map<Partition, Long> to) {
    Map<Partition, Long> all = new HashMap<>(state().until());
    all.putAll(to);
    return standing(cluster, topicIds, all, skipped);
  }

  /** The same, after ranges that begin where it stands, which are noted; done already it stays. */
  LedgerDocument skipping(List<Skipped> ranges) {
    Map<Partition, Long> to = new HashMap<>();
    Set<Range> all = new LinkedHashSet<>(skipped);
    for (Skipped range : ranges) {
      long here = state().until().getOrDefault(range.partition(), -1L);
      if (here != range.from() && here != range.until()) {
        throw new IllegalStateException("the ledger does not stand where it was read: " + range);
      }
      to.put(range.partition(), range.until());
      all.add(new Range(range));
    }
    return standing(cluster, topicIds, moved(to).state().until(), List.copyOf(all));
  }

  private static List<Offset> offsets(Map<Partition, Long> until) {
    List<Offset> offsets = new ArrayList<>();
    until.forEach((p, offset) -> offsets.add(new Offset(p.topic(), p.number(), offset)));
    offsets.sort(Comparator.comparing(Offset::topic).thenComparingInt(Offset::partition));
    return List.copyOf(offsets);
  }
}
