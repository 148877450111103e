package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Entries;
import dev.tidemark.job.expression.StateKey;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.streaming.rdd.MapWithStateRDDRecord;
import org.apache.spark.streaming.util.StateMap;
import scala.Option;
import scala.Tuple2;
import scala.Tuple3;
import scala.collection.JavaConverters;

/**
 * One partition of running state after one batch, in the place of Spark's map, which holds half a
 * dozen objects per key. What a batch changes lies in a layer of its own above those of the batches
 * before, and these are shared, never written to again: so an earlier batch's state stays what it
 * was. A layer is merged with the one below when that is not much larger; of many keys each is
 * copied a few times, and looked for in a few layers.
 */
public final class CompactStateMap extends StateMap<StateKey, byte[]> implements Externalizable {
  private static final long serialVersionUID = 1L;

  /** A layer is at least this many times as large as the one above it. */
  private static final int RATIO = 4;

  private final List<Entries> below = new ArrayList<>();
  private Entries changes = new Entries();

  /** Empty. */
  public CompactStateMap() {}

  /** The state in a record of a partition; checkpoints of earlier versions hold Spark's own map. */
  public static CompactStateMap of(MapWithStateRDDRecord<?, ?, ?> record) {
    StateMap<?, ?> map = record.stateMap();
    if (map instanceof CompactStateMap own) {
      return own;
    }
    CompactStateMap copy = new CompactStateMap();
    JavaConverters.asJavaIterator(map.getAll())
        .forEachRemaining(entry -> copy.put((StateKey) entry._1(), (byte[]) entry._2(), 0));
    return copy;
  }

  /** What the last batch has put here. */
  public Iterator<Tuple2<StateKey, byte[]>> changes() {
    return changes.iterator();
  }

  /** All keys and values. */
  public Iterator<Tuple2<StateKey, byte[]>> all() {
    return new All(layers());
  }

  private List<Entries> layers() {
    List<Entries> layers = new ArrayList<>(below);
    layers.add(changes);
    return layers;
  }

  /** How many keys there are. */
  long size() {
    long size = 0;
    for (All all = new All(layers()); all.hasNext(); all.skip()) {
      size++;
    }
    return size;
  }

  @Override
  public Option<byte[]> get(StateKey key) {
    int number = changes.find(key);
    if (number >= 0) {
      return Option.apply(changes.value(number));
    }
    for (int layer = below.size() - 1; layer >= 0; layer--) {
      number = below.get(layer).find(key);
      if (number >= 0) {
        return Option.apply(below.get(layer).value(number));
      }
    }
    return Option.empty();
  }

  /** Sets a value; nobody asks for times of running state, so they are not kept. */
  @Override
  public void put(StateKey key, byte[] value, long time) {
    changes.put(key, value);
  }

  /** Begins the next batch. */
  @Override
  public CompactStateMap copy() {
    CompactStateMap next = new CompactStateMap();
    next.below.addAll(below);
    if (changes.size() > 0) {
      next.below.add(changes);
    }
    settle(next.below);
    return next;
  }

  private static void settle(List<Entries> layers) {
    int from = layers.size() - 1;
    long above = layers.isEmpty() ? 0 : layers.get(from).size();
    while (from > 0 && layers.get(from - 1).size() < RATIO * above) {
      from--;
      above += layers.get(from).size();
    }
    if (from < layers.size() - 1) {
      Entries merged = merged(layers.subList(from, layers.size()));
      layers.subList(from, layers.size()).clear();
      layers.add(merged);
    }
  }

  private static Entries merged(List<Entries> layers) {
    if (layers.size() == 1) {
      return layers.get(0);
    }
    Entries merged = new Entries();
    for (int layer = layers.size() - 1; layer >= 0; layer--) {
      merged.addMissing(layers.get(layer));
    }
    return merged;
  }

  @Override
  public scala.collection.Iterator<Tuple3<StateKey, byte[], Object>> getAll() {
    Iterator<Tuple2<StateKey, byte[]>> all = all();
    return JavaConverters.asScalaIterator(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return all.hasNext();
          }

          @Override
          public Tuple3<StateKey, byte[], Object> next() {
            Tuple2<StateKey, byte[]> entry = all.next();
            return new Tuple3<>(entry._1(), entry._2(), 0L);
          }
        });
  }

  @Override
  public scala.collection.Iterator<Tuple3<StateKey, byte[], Object>> getByTime(long before) {
    throw new UnsupportedOperationException("running state has no times");
  }

  @Override
  public void remove(StateKey key) {
    throw new UnsupportedOperationException("a key of running state stays");
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    merged(below).write(out);
    changes.write(out);
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    below.add(Entries.read(in));
    changes = Entries.read(in);
  }

  /** From the uppermost layer down, without what a layer above has anew. */
  private static final class All implements Iterator<Tuple2<StateKey, byte[]>> {
    private final List<Entries> layers;
    private int layer;
    private int number;

    All(List<Entries> layers) {
      this.layers = layers;
      this.layer = layers.size() - 1;
    }

    @Override
    public boolean hasNext() {
      while (layer >= 0) {
        if (number == layers.get(layer).size()) {
          layer--;
          number = 0;
        } else if (covered()) {
          number++;
        } else {
          return true;
        }
      }
      return false;
    }

    private boolean covered() {
      for (int above = layers.size() - 1; above > layer; above--) {
        if (layers.get(above).find(layers.get(layer), number) >= 0) {
          return true;
        }
      }
      return false;
    }

    void skip() {
      number++;
    }

    @Override
    public Tuple2<StateKey, byte[]> next() {
      if (!hasNext()) {
        throw new java.util.NoSuchElementException();
      }
      Entries entries = layers.get(layer);
      Tuple2<StateKey, byte[]> next = new Tuple2<>(entries.key(number), entries.value(number));
      number++;
      return next;
    }
  }
}
