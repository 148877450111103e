package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.ledger.LedgerState.Partition;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.spark.streaming.Checkpoint;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.dstream.InputDStream;
import org.apache.spark.streaming.kafka010.DirectKafkaInputDStream;
import scala.Tuple4;
import scala.collection.JavaConverters;

/**
 * A checkpoint that can be read.
 *
 * <p>Spark's own idea of what to run again is not used. It writes a checkpoint after a batch with
 * that batch's time, but may by then have completed and forgotten later ones; recovery would give
 * those times new ranges, ahead of the recorded ranges of batches that were still pending, and run
 * them in that order (seen after two kills in a row). What is to be run again is what was recorded
 * and is not in the ledger, in the order of its offsets.
 *
 * @param path the epoch prefix it lies in
 * @param epoch of that prefix
 */
record FoundCheckpoint(String path, long epoch, Checkpoint checkpoint) {

  /** A recorded range. */
  private record Range(long from, long until) {}

  long intervalMillis() {
    return checkpoint.graph().batchDuration().milliseconds();
  }

  /** Batches that recovery would run before the first new one. */
  long missed(Map<Partition, Long> ledger, long nowMillis) {
    long since = last(recorded());
    return Math.max(0, nowMillis - since) / intervalMillis() + pending(recorded(), ledger).size();
  }

  Set<Partition> partitions() {
    return current().keySet();
  }

  /** Per partition the lowest offset that a recovery would read. */
  Map<Partition, Long> lowest(Map<Partition, Long> ledger) {
    Map<Partition, Long> lowest = current();
    pending(recorded(), ledger)
        .values()
        .forEach(batch -> batch.forEach((p, range) -> lowest.merge(p, range.from(), Math::min)));
    return lowest;
  }

  /**
   * Where recovery would leave out records: the ledger, then the recorded ranges, then what follows
   * must be seamless.
   */
  Optional<String> gap(Map<Partition, Long> ledger) {
    Map<Partition, Long> at = new HashMap<>(ledger);
    for (Map<Partition, Range> batch : recorded().values()) {
      for (Map.Entry<Partition, Range> e : batch.entrySet()) {
        long here = at.getOrDefault(e.getKey(), -1L);
        if (e.getValue().from() > here) {
          return Optional.of(sentence(e.getKey(), here, e.getValue().from()));
        }
        at.put(e.getKey(), Math.max(here, e.getValue().until()));
      }
    }
    for (Map.Entry<Partition, Long> e : current().entrySet()) {
      long here = at.getOrDefault(e.getKey(), -1L);
      if (e.getValue() > here) {
        return Optional.of(sentence(e.getKey(), here, e.getValue()));
      }
    }
    return Optional.empty();
  }

  private static String sentence(Partition partition, long here, long there) {
    return partition
        + " would go on at offset "
        + there
        + ", the ledger and what was recorded end at "
        + here;
  }

  /**
   * The checkpoint, told to run again only what the ledger does not hold, and to write under {@code
   * ownPath}.
   */
  Checkpoint tidied(String ownPath, Map<Partition, Long> ledger) {
    TreeMap<Long, Map<Partition, Range>> recorded = recorded();
    Time[] pending =
        pending(recorded, ledger).keySet().stream().map(Time::new).toArray(Time[]::new);
    set("pendingTimes", pending);
    set("checkpointTime", new Time(last(recorded)));
    set("checkpointDir", ownPath);
    return checkpoint;
  }

  private long last(TreeMap<Long, Map<Partition, Range>> recorded) {
    long time = checkpoint.checkpointTime().milliseconds();
    return recorded.isEmpty() ? time : Math.max(time, recorded.lastKey());
  }

  private static TreeMap<Long, Map<Partition, Range>> pending(
      TreeMap<Long, Map<Partition, Range>> recorded, Map<Partition, Long> ledger) {
    TreeMap<Long, Map<Partition, Range>> pending = new TreeMap<>(recorded);
    pending
        .values()
        .removeIf(
            batch ->
                batch.entrySet().stream()
                    .allMatch(e -> e.getValue().until() <= ledger.getOrDefault(e.getKey(), -1L)));
    return pending;
  }

  private Map<Partition, Long> current() {
    Map<Partition, Long> current = new HashMap<>();
    for (InputDStream<?> stream : checkpoint.graph().getInputStreams()) {
      if (stream instanceof DirectKafkaInputDStream<?, ?> kafka) {
        Map<TopicPartition, Object> offsets = JavaConverters.mapAsJavaMap(kafka.currentOffsets());
        offsets.forEach(
            (tp, offset) -> current.put(new Partition(tp.topic(), tp.partition()), (Long) offset));
      }
    }
    return current;
  }

  private TreeMap<Long, Map<Partition, Range>> recorded() {
    TreeMap<Long, Map<Partition, Range>> recorded = new TreeMap<>();
    for (InputDStream<?> stream : checkpoint.graph().getInputStreams()) {
      if (stream instanceof DirectKafkaInputDStream<?, ?> kafka) {
        Map<?, ?> data = JavaConverters.mapAsJavaMap(kafka.checkpointData().data());
        data.forEach(
            (time, ranges) ->
                recorded.put(((Time) time).milliseconds(), ranges((Object[]) ranges)));
      }
    }
    return recorded;
  }

  private static Map<Partition, Range> ranges(Object[] tuples) {
    Map<Partition, Range> ranges = new HashMap<>();
    for (Object tuple : tuples) {
      Tuple4<?, ?, ?, ?> t = (Tuple4<?, ?, ?, ?>) tuple;
      ranges.put(
          new Partition((String) t._1(), (Integer) t._2()),
          new Range((Long) t._3(), (Long) t._4()));
    }
    return ranges;
  }

  private void set(String name, Object value) {
    try {
      Field field = Checkpoint.class.getDeclaredField(name);
      field.setAccessible(true);
      field.set(checkpoint, value);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "this Spark's checkpoints have no " + name + ": not the version this was built for", e);
    }
  }
}
