package dev.tidemark.job.engine.dstream;

import dev.tidemark.job.engine.CompactStateMap;
import dev.tidemark.job.engine.MergeByKey;
import dev.tidemark.job.expression.StateKey;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.dstream.DStream;
import org.apache.spark.streaming.rdd.MapWithStateRDD;
import org.apache.spark.streaming.rdd.MapWithStateRDDRecord;
import scala.Option;
import scala.Tuple2;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * What {@code mapWithState} makes of a stream: the RDD of each batch is Spark's, one record per
 * partition, computed from that of the batch before. Spark's own stream can only begin with its own
 * map filled key by key; this one begins with the maps that were loaded.
 */
@SuppressWarnings("deprecation") // DStreams are deprecated as such, and are what this engine is
final class RunningState extends DStream<MapWithStateRDDRecord<StateKey, byte[], Object>> {
  static final ClassTag<MapWithStateRDDRecord<StateKey, byte[], Object>> TAG =
      ClassTag$.MODULE$.apply(MapWithStateRDDRecord.class);

  private final DStream<Tuple2<StateKey, byte[]>> added;
  private final UpdateRunning update;
  private final transient JavaRDD<CompactStateMap> before;

  /**
   * Nothing is computed yet.
   *
   * @param added what each batch adds, partitioned
   * @param before the first batch, partitioned likewise
   */
  RunningState(
      DStream<Tuple2<StateKey, byte[]>> added,
      UpdateRunning update,
      JavaRDD<CompactStateMap> before) {
    super(added.ssc(), TAG);
    this.added = added;
    this.update = update;
    this.before = before;
  }

  @Override
  public Duration slideDuration() {
    return added.slideDuration();
  }

  @Override
  public scala.collection.immutable.List<DStream<?>> dependencies() {
    return JavaConverters.asScalaBuffer(List.<DStream<?>>of(added)).toList();
  }

  @Override
  public boolean mustCheckpoint() {
    return true;
  }

  @Override
  public Option<RDD<MapWithStateRDDRecord<StateKey, byte[], Object>>> compute(Time time) {
    RDD<MapWithStateRDDRecord<StateKey, byte[], Object>> last =
        getOrCompute(time.$minus(slideDuration())).getOrElse(this::loaded);
    RDD<Tuple2<StateKey, byte[]>> data = added.getOrCompute(time).get();
    return Option.apply(
        new MapWithStateRDD<>(
            last,
            data,
            update,
            time,
            Option.empty(),
            MergeByKey.KEY,
            MergeByKey.VALUE,
            MergeByKey.VALUE,
            ClassTag$.MODULE$.Object()));
  }

  private RDD<MapWithStateRDDRecord<StateKey, byte[], Object>> loaded() {
    return before
        .mapPartitions(
            maps ->
                List.of(
                        new MapWithStateRDDRecord<>(
                            maps.next(), JavaConverters.asScalaBuffer(List.of())))
                    .iterator(),
            true)
        .rdd();
  }
}
