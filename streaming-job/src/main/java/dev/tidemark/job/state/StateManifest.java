package dev.tidemark.job.state;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.settings.Settings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One state checkpoint: state as it was when the ledger stood at {@code offsets}. Every manifest is
 * true whoever wrote it, since it is written after its batch was committed; a run that was fenced
 * can only leave one that is older than others.
 *
 * @param contract version of this format
 * @param epoch of the run that wrote it
 * @param batch batch time in milliseconds, 0 for the state a revision begins with
 * @param source what kind of stream keeps it: {@code mapWithState}, {@code updateStateByKey}, or
 *     {@code none} for empty state
 * @param directory of the data, relative to the directory of the revision; null for empty state
 * @param parts names and sizes of all parts, in order
 * @param keys how many keys it holds
 * @param definition that made the state, for records between these offsets and the ledger
 * @param offsets per partition the first offset not counted in
 * @param writtenAt for people
 */
public record StateManifest(
    int contract,
    long epoch,
    long batch,
    String source,
    String directory,
    List<Part> parts,
    long keys,
    Settings.Definition definition,
    List<Offset> offsets,
    Instant writtenAt) {

  /** The format written and read here. */
  public static final int CONTRACT = 1;

  /**
   * A file of the data.
   *
   * @param bytes its size
   * @param etag what the store called its content when it was complete, so that whoever copies it
   *     knows whether it is still that; null where the store does not say
   */
  public record Part(String name, long bytes, String etag) {}

  /**
   * Where a partition stands.
   *
   * @param until first offset not counted in
   * @param mark highest event time of its rows so far in microseconds; null without windows or
   *     before its first row
   * @param late rows that came too late
   * @param earliest first offset that the topic still held then, so that whoever restores an older
   *     state knows whether it can catch up; null where that was not known
   */
  public record Offset(
      String topic, int partition, long until, Long mark, long late, Long earliest) {}

  /** State that holds nothing, at offsets from which everything is still to be counted. */
  public static StateManifest empty(
      long epoch, Settings.Definition definition, Map<Partition, Long> offsets) {
    return new StateManifest(
        CONTRACT,
        epoch,
        0,
        "none",
        null,
        List.of(),
        0,
        definition,
        offsets.entrySet().stream()
            .map(
                e ->
                    new Offset(
                        e.getKey().topic(), e.getKey().number(), e.getValue(), null, 0, null))
            .toList(),
        Instant.now());
  }

  /** The same data, known to begin at these offsets in the partitions it has not heard of. */
  public StateManifest with(long ofEpoch, Map<Partition, Long> ledger) {
    List<Offset> all = new ArrayList<>(offsets);
    Map<Partition, Long> known = until();
    ledger.forEach(
        (partition, until) -> {
          if (!known.containsKey(partition)) {
            all.add(new Offset(partition.topic(), partition.number(), until, null, 0, null));
          }
        });
    return new StateManifest(
        contract,
        ofEpoch,
        batch,
        source,
        directory,
        parts,
        keys,
        definition,
        List.copyOf(all),
        Instant.now());
  }

  /** Per partition the first offset not counted in. */
  @JsonIgnore
  public Map<Partition, Long> until() {
    Map<Partition, Long> until = new HashMap<>();
    offsets.forEach(o -> until.put(new Partition(o.topic(), o.partition()), o.until()));
    return until;
  }

  /** Size of all parts in bytes. */
  @JsonIgnore
  public long bytes() {
    return parts.stream().mapToLong(Part::bytes).sum();
  }

  /** The partition that has counted in what the ledger does not hold, if there is one. */
  public Optional<Partition> aheadOf(Map<Partition, Long> ledger) {
    return until().entrySet().stream()
        .filter(e -> e.getValue() > ledger.getOrDefault(e.getKey(), Long.MAX_VALUE))
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
