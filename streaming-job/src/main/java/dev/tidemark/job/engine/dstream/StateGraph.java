package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.CompactStateMap;
import dev.tidemark.job.engine.Computation;
import dev.tidemark.job.engine.MergeByKey;
import dev.tidemark.job.engine.Result;
import dev.tidemark.job.engine.StateRecovery;
import dev.tidemark.job.engine.WindowState;
import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.settings.Settings;
import java.util.Iterator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.dstream.DStream;
import org.apache.spark.streaming.dstream.PairDStreamFunctions;
import org.apache.spark.streaming.rdd.MapWithStateRDDRecord;
import scala.Option;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The graph of a job that keeps state: source, what each batch adds, state, output. It is made anew
 * by every run, from state that stands exactly at the ledger.
 */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this engine is
final class StateGraph {
  private static final ClassTag<WindowState> WINDOW = ClassTag$.MODULE$.apply(WindowState.class);

  private StateGraph() {}

  static void build(
      JavaInputDStream<ConsumerRecord<byte[], byte[]>> source,
      StateRecovery.Recovered before,
      Settings settings,
      int partitions) {
    Computation computation = Computation.of(settings.definition());
    Duration interval = new Duration(settings.checkpointIntervalMillis());
    HashPartitioner partitioner = new HashPartitioner(partitions);
    JavaPairDStream<StateKey, byte[]> added = source.transformToPair(new Added());
    if (settings.definition().aggregate().window() == null) {
      RunningState state =
          new RunningState(added.dstream(), new UpdateRunning(computation), before.maps());
      kept(state, interval);
      JavaDStream.fromDStream(state, RunningState.TAG).foreachRDD(new Running());
      return;
    }
    DStream<Tuple2<StateKey, WindowState>> windows =
        new PairDStreamFunctions<>(added.dstream(), MergeByKey.KEY, MergeByKey.VALUE, null)
            .updateStateByKey(
                new UpdateWindows(computation),
                partitioner,
                true,
                Option.apply(before.pairs().mapValues(new Open()).rdd()),
                WINDOW);
    kept(windows, interval);
    JavaDStream.fromDStream(
            windows, ClassTag$.MODULE$.<Tuple2<StateKey, WindowState>>apply(Tuple2.class))
        .foreachRDD(new Windows());
  }

  /**
   * Checkpointed, and in memory until the next batch has it. Spark's own choice is to serialise all
   * of it in every batch, and to compute what finds no room again, from the topic.
   */
  private static void kept(DStream<?> state, Duration interval) {
    state.checkpoint(interval);
    state.persist(StorageLevel.MEMORY_AND_DISK());
  }

  /** From the offsets of a batch to what its records add. */
  private static final class Added
      implements Function2<
          JavaRDD<ConsumerRecord<byte[], byte[]>>, Time, JavaPairRDD<StateKey, byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public JavaPairRDD<StateKey, byte[]> call(
        JavaRDD<ConsumerRecord<byte[], byte[]>> records, Time time) {
      return StateOutput.current().added(time.milliseconds(), Ranges.of(records));
    }
  }

  /** A loaded window, open and not changed by any batch of this run. */
  private static final class Open
      implements org.apache.spark.api.java.function.Function<byte[], WindowState> {
    private static final long serialVersionUID = 1L;

    @Override
    public WindowState call(byte[] value) {
      return new WindowState(value, 0, false);
    }
  }

  private static final class Running
      implements VoidFunction2<JavaRDD<MapWithStateRDDRecord<StateKey, byte[], Object>>, Time> {
    private static final long serialVersionUID = 1L;

    @Override
    public void call(JavaRDD<MapWithStateRDDRecord<StateKey, byte[], Object>> state, Time time) {
      StateOutput.batch(
          time.milliseconds(),
          state.mapPartitions(new Changes()).mapPartitions(new Result.OfChanges()),
          state.rdd());
    }
  }

  /** What a batch has changed in a partition. */
  private static final class Changes
      implements FlatMapFunction<
          Iterator<MapWithStateRDDRecord<StateKey, byte[], Object>>, Tuple2<StateKey, byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<Tuple2<StateKey, byte[]>> call(
        Iterator<MapWithStateRDDRecord<StateKey, byte[], Object>> records) {
      return CompactStateMap.of(records.next()).changes();
    }
  }

  private static final class Windows
      implements VoidFunction2<JavaRDD<Tuple2<StateKey, WindowState>>, Time> {
    private static final long serialVersionUID = 1L;

    @Override
    public void call(JavaRDD<Tuple2<StateKey, WindowState>> state, Time time) {
      StateOutput.batch(
          time.milliseconds(),
          state.mapPartitions(new WindowResults(time.milliseconds())),
          state.rdd());
    }
  }
}
