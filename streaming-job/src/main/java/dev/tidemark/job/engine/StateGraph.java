package dev.tidemark.job.engine;

import dev.tidemark.job.expression.StateKey;
import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.sink.PartitionRange;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaInputDStream;
import org.apache.spark.streaming.api.java.JavaMapWithStateDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.dstream.DStream;
import org.apache.spark.streaming.dstream.PairDStreamFunctions;
import org.apache.spark.streaming.kafka010.HasOffsetRanges;
import org.apache.spark.streaming.kafka010.OffsetRange;
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

  /** Into how many parts state is split: one per core that works on it. */
  static int partitions(Settings settings) {
    Settings.Executor executor = settings.runtime().executor();
    double cores =
        settings.local()
            ? settings.runtime().driver().cores()
            : executor.instances() * Math.ceil(executor.cores());
    return Math.max(2, (int) Math.ceil(cores));
  }

  static void build(
      JavaInputDStream<ConsumerRecord<byte[], byte[]>> source,
      JavaPairRDD<StateKey, byte[]> before,
      Settings settings,
      int partitions) {
    Computation computation = Computation.of(settings.definition());
    Duration interval = new Duration(settings.checkpointIntervalMillis());
    HashPartitioner partitioner = new HashPartitioner(partitions);
    JavaPairDStream<StateKey, byte[]> added = source.transformToPair(new Added());
    if (settings.definition().aggregate().window() == null) {
      JavaMapWithStateDStream<StateKey, byte[], byte[], Tuple2<StateKey, byte[]>> changes =
          added.mapWithState(
              StateSpec.function(new UpdateRunning(computation))
                  .initialState(before)
                  .partitioner(partitioner));
      changes.checkpoint(interval);
      changes.foreachRDD(new Running());
      return;
    }
    DStream<Tuple2<StateKey, WindowState>> windows =
        new PairDStreamFunctions<>(added.dstream(), MergeByKey.KEY, MergeByKey.VALUE, null)
            .updateStateByKey(
                new UpdateWindows(computation),
                partitioner,
                true,
                Option.apply(before.mapValues(new Open()).rdd()),
                WINDOW);
    windows.checkpoint(interval);
    JavaDStream.fromDStream(
            windows, ClassTag$.MODULE$.<Tuple2<StateKey, WindowState>>apply(Tuple2.class))
        .foreachRDD(new Windows());
  }

  /** From the offsets of a batch to what its records add. */
  private static final class Added
      implements Function2<
          JavaRDD<ConsumerRecord<byte[], byte[]>>, Time, JavaPairRDD<StateKey, byte[]>> {
    private static final long serialVersionUID = 1L;

    @Override
    public JavaPairRDD<StateKey, byte[]> call(
        JavaRDD<ConsumerRecord<byte[], byte[]>> records, Time time) {
      List<PartitionRange> ranges = new ArrayList<>();
      for (OffsetRange range : ((HasOffsetRanges) records.rdd()).offsetRanges()) {
        ranges.add(
            new PartitionRange(
                new Partition(range.topic(), range.partition()),
                range.fromOffset(),
                range.untilOffset()));
      }
      return Run.current().stateOutput().added(time.milliseconds(), ranges);
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
      implements VoidFunction2<JavaRDD<Tuple2<StateKey, byte[]>>, Time> {
    private static final long serialVersionUID = 1L;

    @Override
    public void call(JavaRDD<Tuple2<StateKey, byte[]>> changes, Time time) {
      Run run = Run.current();
      // What the stream gives are the changes that Spark keeps beside the state of each partition.
      run.state(
          time.milliseconds(),
          changes.mapPartitions(new Result.OfChanges()),
          changes.rdd().dependencies().head().rdd());
    }
  }

  private static final class Windows
      implements VoidFunction2<JavaRDD<Tuple2<StateKey, WindowState>>, Time> {
    private static final long serialVersionUID = 1L;

    @Override
    public void call(JavaRDD<Tuple2<StateKey, WindowState>> state, Time time) {
      Run.current()
          .state(
              time.milliseconds(),
              state.mapPartitions(new Result.OfWindows(time.milliseconds())),
              state.rdd());
    }
  }
}
