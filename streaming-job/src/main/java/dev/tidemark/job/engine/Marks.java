package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Mark;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far the time of each partition has come, as of the last completed batch, and for each batch
 * begun the time up to which its windows are closed. That is pinned for as long as a batch may be
 * computed again: with a later time a window would be closed before its last record.
 */
public final class Marks {
  /** Before any partition has a time, and while one of them has none. */
  public static final long NEVER = Long.MIN_VALUE;

  private final Collection<Partition> partitions;
  private final Map<Partition, Mark> marks;
  private final int kept;
  private final TreeMap<Long, Long> pinned = new TreeMap<>();

  /**
   * Begins with what recovered state says.
   *
   * @param partitions all partitions of the job: one without a mark holds all windows open
   * @param kept for how many batches Spark remembers how they were computed
   */
  public Marks(Collection<Partition> partitions, Map<Partition, Mark> before, int kept) {
    this.kept = kept;
    this.partitions = partitions;
    this.marks = new HashMap<>(before);
  }

  /**
   * A batch begins: all before it are done.
   *
   * @return up to where it closes windows
   */
  public synchronized long begin(long batch) {
    long lowest = lowest();
    pinned.put(batch, lowest);
    while (pinned.size() > kept) {
      pinned.pollFirstEntry();
    }
    return lowest;
  }

  /** True when the next batch would close windows that the last one has left open, if any. */
  public synchronized boolean haveMoved() {
    return pinned.isEmpty() || lowest() > pinned.lastEntry().getValue();
  }

  /** A batch is done, and this is what the state then says of the partitions it has read. */
  public synchronized void advance(Map<Partition, Mark> found) {
    marks.putAll(found);
  }

  /** Windows are closed up to here, microseconds; {@link #NEVER} while a partition has no time. */
  private long lowest() {
    long lowest = Long.MAX_VALUE;
    for (Partition partition : partitions) {
      Mark mark = marks.get(partition);
      lowest = Math.min(lowest, mark == null ? NEVER : mark.time());
    }
    return partitions.isEmpty() ? NEVER : lowest;
  }

  /** Per batch begun, up to where windows are closed. */
  public synchronized Map<Long, Long> closed() {
    return new HashMap<>(pinned);
  }

  /** Per partition its time before the next batch, microseconds. */
  public synchronized Map<Partition, Long> times() {
    Map<Partition, Long> times = new HashMap<>();
    marks.forEach((partition, mark) -> times.put(partition, mark.time()));
    return times;
  }

  /** Everything, as state has it. */
  public synchronized Map<Partition, Mark> all() {
    return Map.copyOf(marks);
  }

  /** Rows that came too late since the job began. */
  public synchronized long late() {
    return marks.values().stream().mapToLong(Mark::late).sum();
  }

  /** The keys under which state has the marks of the partitions of a batch. */
  public static List<StateKey> keys(List<PartitionRange> ranges) {
    return ranges.stream()
        .map(range -> StateKey.mark(range.partition().topic(), range.partition().number()))
        .toList();
  }

  /** The marks that are among values of state, of the partitions of a batch. */
  public static Map<Partition, Mark> among(
      Map<StateKey, byte[]> values, List<PartitionRange> ranges) {
    Map<Partition, Mark> found = new HashMap<>();
    for (PartitionRange range : ranges) {
      Partition partition = range.partition();
      byte[] mark = values.get(StateKey.mark(partition.topic(), partition.number()));
      if (mark != null) {
        found.put(partition, Mark.of(mark));
      }
    }
    return found;
  }
}
