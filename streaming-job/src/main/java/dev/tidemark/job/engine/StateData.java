package dev.tidemark.job.engine;

import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.settings.Settings;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.rdd.MapWithStateRDDRecord;
import scala.Tuple2;
import scala.Tuple3;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** State as Spark keeps it in its RDDs and checkpoints, read as plain keys and values. */
final class StateData {
  static final String RUNNING = "mapWithState";
  static final String WINDOWS = "updateStateByKey";

  private StateData() {}

  /** What keeps the state of an aggregate; {@code docs/adr} says why. */
  static String source(Settings.Aggregate aggregate) {
    return aggregate.window() == null ? RUNNING : WINDOWS;
  }

  /** How many keys there are in the RDD of a state stream. */
  @SuppressWarnings("unchecked") // elements of either kind are looked at as what they are
  static long keys(RDD<?> state) {
    return JavaRDD.fromRDD((RDD<Object>) state, tag()).mapPartitions(new Count()).collect().stream()
        .mapToLong(Long::longValue)
        .sum();
  }

  /** What is in one partition of loaded state. */
  record Summary(long keys, Map<StateKey, byte[]> marks) implements Serializable {}

  /** Reads all of it once, which also brings it into memory where it is persisted. */
  static List<Summary> summaries(JavaPairRDD<StateKey, byte[]> state) {
    return state.mapPartitions(new Summarize()).collect();
  }

  /** The data of a state checkpoint, closed windows left out. */
  static JavaPairRDD<StateKey, byte[]> read(SparkContext spark, String source, String path) {
    ClassTag<Object> tag = tag();
    return JavaRDD.fromRDD(spark.checkpointFile(path, tag), tag)
        .mapPartitionsToPair(source.equals(RUNNING) ? new OfRunning() : new OfWindows(), true);
  }

  @SuppressWarnings("unchecked") // a tag of what is erased anyway
  private static <T> ClassTag<T> tag() {
    return (ClassTag<T>) ClassTag$.MODULE$.Object();
  }

  @SuppressWarnings("unchecked") // what a checkpoint of running state consists of
  private static Iterator<Tuple2<StateKey, byte[]>> running(Object element) {
    MapWithStateRDDRecord<StateKey, byte[], ?> record =
        (MapWithStateRDDRecord<StateKey, byte[], ?>) element;
    Iterator<Tuple3<StateKey, byte[], Object>> all =
        JavaConverters.asJavaIterator(record.stateMap().getAll());
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Tuple2<StateKey, byte[]> next() {
        Tuple3<StateKey, byte[], Object> entry = all.next();
        return new Tuple2<>(entry._1(), entry._2());
      }
    };
  }

  private static final class OfRunning
      implements PairFlatMapFunction<Iterator<Object>, StateKey, byte[]> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Tuple2<StateKey, byte[]>> call(Iterator<Object> elements) {
      return elements.hasNext()
          ? running(elements.next())
          : List.<Tuple2<StateKey, byte[]>>of().iterator();
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
          count += record.stateMap().getAll().size();
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
