package dev.tidemark.job.engine;

import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.Partitioner;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.rdd.MapWithStateRDDRecord;
import scala.Option;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/** State as Spark keeps it in its RDDs and checkpoints, read into a map per partition. */
public final class StateData {
  public static final String RUNNING = "mapWithState";
  static final String WINDOWS = "updateStateByKey";

  private static final ClassTag<CompactStateMap> MAP =
      ClassTag$.MODULE$.apply(CompactStateMap.class);

  private StateData() {}

  /** What keeps the state of an aggregate; {@code docs/adr} says why. */
  public static String source(Settings.Aggregate aggregate) {
    return aggregate.window() == null ? RUNNING : WINDOWS;
  }

  /** Into how many parts state is split: one per core that works on it. */
  public static int partitions(Settings settings) {
    Settings.Executor executor = settings.runtime().executor();
    double cores =
        settings.local()
            ? settings.runtime().driver().cores()
            : executor.instances() * Math.ceil(executor.cores());
    return Math.max(2, (int) Math.ceil(cores));
  }

  /** How many keys there are in the RDD of a state stream. */
  @SuppressWarnings("unchecked") // elements of either kind are looked at as what they are
  static long keys(RDD<?> state) {
    return JavaRDD.fromRDD((RDD<Object>) state, tag()).mapPartitions(new Count()).collect().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /** How many keys a checkpoint of a state stream holds. */
  static long keys(SparkContext spark, String path) {
    return keys(spark.checkpointFile(path, tag()));
  }

  /** The same elements as another RDD, which can still be checkpointed: an RDD can be only once. */
  @SuppressWarnings("unchecked") // elements of either kind are passed on as what they are
  static RDD<?> copy(RDD<?> state) {
    return JavaRDD.fromRDD((RDD<Object>) state, tag())
        .mapPartitions(elements -> elements, true)
        .rdd();
  }

  /** What is in one partition of loaded state. */
  record Summary(long keys, Map<StateKey, byte[]> marks) implements Serializable {}

  /** Reads all of it once, which also brings it into memory where it is persisted. */
  static List<Summary> summaries(JavaRDD<CompactStateMap> maps) {
    return pairs(maps).mapPartitions(new Summarize()).collect();
  }

  /** The data of a state checkpoint, closed windows left out. */
  @SuppressWarnings("unchecked") // what a checkpoint of running state consists of
  static JavaRDD<CompactStateMap> read(
      SparkContext spark, String source, String path, Partitioner partitioner) {
    RDD<Object> file = spark.checkpointFile(path, tag());
    JavaRDD<Object> elements = JavaRDD.fromRDD(file, tag());
    if (source.equals(WINDOWS)) {
      return maps(elements.mapPartitionsToPair(new OfWindows(), true), partitioner);
    }
    JavaRDD<CompactStateMap> maps = elements.mapPartitions(new OfRunning(), true);
    return file.partitioner().equals(Option.apply(partitioner))
        ? maps
        : maps(pairs(maps), partitioner);
  }

  /** Keys and values in maps, one in each partition. */
  static JavaRDD<CompactStateMap> maps(
      JavaPairRDD<StateKey, byte[]> pairs, Partitioner partitioner) {
    return pairs.partitionBy(partitioner).mapPartitions(new ToMap(), true);
  }

  /** What maps hold, partitioned as they are. */
  static JavaPairRDD<StateKey, byte[]> pairs(JavaRDD<CompactStateMap> maps) {
    return maps.mapPartitionsToPair(new ToPairs(), true);
  }

  /** The same with more counted in, partitioned likewise. */
  static JavaRDD<CompactStateMap> with(
      JavaRDD<CompactStateMap> maps, JavaPairRDD<StateKey, byte[]> added, Computation computation) {
    return JavaRDD.fromRDD(
        maps.rdd()
            .zipPartitions(
                added.rdd(),
                true,
                new CountIn(computation),
                ClassTag$.MODULE$.<Tuple2<StateKey, byte[]>>apply(Tuple2.class),
                MAP),
        MAP);
  }

  /**
   * What a batch brings, after what there was before it.
   *
   * @param before a map per partition, or null for nothing
   * @param brought pairs of keys and values, partitioned likewise
   */
  @SuppressWarnings("unchecked") // elements of either kind are passed on as what they are
  public static RDD<Object> after(
      JavaRDD<CompactStateMap> before, JavaPairRDD<StateKey, byte[]> brought) {
    RDD<Object> pairs = (RDD<Object>) (RDD<?>) brought.rdd();
    return before == null
        ? pairs
        : before.rdd().zipPartitions(pairs, true, new OneAfterTheOther(), tag(), tag());
  }

  @SuppressWarnings("unchecked") // a tag of what is erased anyway
  private static <T> ClassTag<T> tag() {
    return (ClassTag<T>) ClassTag$.MODULE$.Object();
  }

  private static final class OfRunning
      implements FlatMapFunction<Iterator<Object>, CompactStateMap> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<CompactStateMap> call(Iterator<Object> elements) throws IOException {
      if (!elements.hasNext()) {
        throw new IOException("a part of the state is empty");
      }
      return List.of(CompactStateMap.of((MapWithStateRDDRecord<?, ?, ?>) elements.next()))
          .iterator();
    }
  }

  private static final class ToMap
      implements FlatMapFunction<Iterator<Tuple2<StateKey, byte[]>>, CompactStateMap> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<CompactStateMap> call(Iterator<Tuple2<StateKey, byte[]>> entries) {
      CompactStateMap map = new CompactStateMap();
      entries.forEachRemaining(entry -> map.put(entry._1(), entry._2(), 0));
      return List.of(map).iterator();
    }
  }

  private static final class ToPairs
      implements PairFlatMapFunction<Iterator<CompactStateMap>, StateKey, byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Tuple2<StateKey, byte[]>> call(Iterator<CompactStateMap> maps) {
      return maps.next().all();
    }
  }

  private static final class CountIn
      extends AbstractFunction2<
          scala.collection.Iterator<CompactStateMap>,
          scala.collection.Iterator<Tuple2<StateKey, byte[]>>,
          scala.collection.Iterator<CompactStateMap>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Computation computation;

    CountIn(Computation computation) {
      this.computation = computation;
    }

    @Override
    public scala.collection.Iterator<CompactStateMap> apply(
        scala.collection.Iterator<CompactStateMap> maps,
        scala.collection.Iterator<Tuple2<StateKey, byte[]>> added) {
      CompactStateMap map = maps.next().copy();
      while (added.hasNext()) {
        Tuple2<StateKey, byte[]> entry = added.next();
        Option<byte[]> before = map.get(entry._1());
        byte[] value =
            before.isEmpty()
                ? entry._2()
                : computation.compiled().merge(entry._1(), before.get(), entry._2());
        map.put(entry._1(), value, 0);
      }
      return JavaConverters.asScalaIterator(List.of(map).iterator());
    }
  }

  private static final class OneAfterTheOther
      extends AbstractFunction2<
          scala.collection.Iterator<CompactStateMap>,
          scala.collection.Iterator<Object>,
          scala.collection.Iterator<Object>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public scala.collection.Iterator<Object> apply(
        scala.collection.Iterator<CompactStateMap> before,
        scala.collection.Iterator<Object> brought) {
      return JavaConverters.asScalaIterator(List.<Object>of(before.next()).iterator())
          .$plus$plus(() -> brought);
    }
  }

  private static final class OfWindows
      implements PairFlatMapFunction<Iterator<Object>, StateKey, byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Tuple2<StateKey, byte[]>> call(Iterator<Object> elements) {
      return new Iterator<>() {
        private Tuple2<StateKey, byte[]> next;

        @Override
        public boolean hasNext() {
          while (next == null && elements.hasNext()) {
            Tuple2<?, ?> entry = (Tuple2<?, ?>) elements.next();
            WindowState window = (WindowState) entry._2();
            if (!window.isClosed()) {
              next = new Tuple2<>((StateKey) entry._1(), window.value());
            }
          }
          return next != null;
        }

        @Override
        public Tuple2<StateKey, byte[]> next() {
          if (!hasNext()) {
            throw new java.util.NoSuchElementException();
          }
          Tuple2<StateKey, byte[]> entry = next;
          next = null;
          return entry;
        }
      };
    }
  }

  private static final class Count implements FlatMapFunction<Iterator<Object>, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Long> call(Iterator<Object> elements) {
      long count = 0;
      while (elements.hasNext()) {
        if (elements.next() instanceof MapWithStateRDDRecord<?, ?, ?> record) {
          count += CompactStateMap.of(record).size();
        } else {
          count++;
        }
      }
      return List.of(count).iterator();
    }
  }

  private static final class Summarize
      implements FlatMapFunction<Iterator<Tuple2<StateKey, byte[]>>, Summary> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Summary> call(Iterator<Tuple2<StateKey, byte[]>> entries) {
      long keys = 0;
      Map<StateKey, byte[]> marks = new HashMap<>();
      while (entries.hasNext()) {
        Tuple2<StateKey, byte[]> entry = entries.next();
        if (entry._1().isMark()) {
          marks.put(entry._1(), entry._2());
        } else {
          keys++;
        }
      }
      return List.of(new Summary(keys, marks)).iterator();
    }
  }
}
