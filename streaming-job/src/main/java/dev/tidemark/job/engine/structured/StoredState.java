package dev.tidemark.job.engine.structured;

import dev.tidemark.job.engine.CompactStateMap;
import dev.tidemark.job.expression.StateKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.streaming.state.ReadStateStore;
import org.apache.spark.sql.execution.streaming.state.ReadStateStoreRDD;
import org.apache.spark.sql.execution.streaming.state.StateStore;
import org.apache.spark.sql.execution.streaming.state.StateStoreRDD;
import org.apache.spark.sql.execution.streaming.state.UnsafeRowPair;
import org.apache.spark.streaming.rdd.MapWithStateRDDRecord;
import scala.Function2;
import scala.Option;
import scala.Tuple2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/**
 * State in Spark's state stores, as a query's checkpoint has them: a version before each batch, one
 * part per partition. A batch that is run again begins with the same version and writes the same
 * next one.
 */
final class StoredState {
  /** The only one of a query. */
  private static final long OPERATOR = 0;

  private final SparkSession session;
  private final JavaSparkContext spark;
  private final String path;
  private final int partitions;

  StoredState(JavaSparkContext spark, SparkSession session, String queryPath, int partitions) {
    this.spark = spark;
    this.session = session;
    this.path = queryPath + "/state";
    this.partitions = partitions;
  }

  SparkContext spark() {
    return spark.sc();
  }

  int partitions() {
    return partitions;
  }

  /** What a function makes of input and a version, which it turns into the next one. */
  <I, O> JavaRDD<O> update(
      RDD<I> input,
      long version,
      String queryRun,
      Function2<StateStore, Iterator<I>, Iterator<O>> update) {
    return JavaRDD.fromRDD(
        new StateStoreRDD<>(
            input,
            update,
            path,
            UUID.fromString(queryRun),
            OPERATOR,
            version,
            StateRows.KEY,
            StateRows.VALUE,
            0,
            session.sessionState(),
            Option.apply(session.streams().stateStoreCoordinator()),
            scala.Predef$.MODULE$.Map().<String, String>empty(),
            ClassTag$.MODULE$.<I>apply(Object.class),
            ClassTag$.MODULE$.<O>apply(Object.class)),
        ClassTag$.MODULE$.<O>apply(Object.class));
  }

  private <O> JavaRDD<O> read(
      long version,
      String queryRun,
      Function2<ReadStateStore, Iterator<Integer>, Iterator<O>> read) {
    List<Integer> parts = IntStream.range(0, partitions).boxed().toList();
    return JavaRDD.fromRDD(
        new ReadStateStoreRDD<>(
            spark.parallelize(parts, partitions).rdd(),
            read,
            path,
            UUID.fromString(queryRun),
            OPERATOR,
            version,
            StateRows.KEY,
            StateRows.VALUE,
            0,
            session.sessionState(),
            Option.apply(session.streams().stateStoreCoordinator()),
            scala.Predef$.MODULE$.Map().<String, String>empty(),
            ClassTag$.MODULE$.<Integer>apply(Integer.class),
            ClassTag$.MODULE$.<O>apply(Object.class)),
        ClassTag$.MODULE$.<O>apply(Object.class));
  }

  /** What a version has of these keys. */
  Map<StateKey, byte[]> values(long version, String queryRun, Collection<StateKey> keys) {
    Map<StateKey, byte[]> found = new HashMap<>();
    for (Tuple2<StateKey, byte[]> entry :
        this.<Tuple2<StateKey, byte[]>>read(
                version, queryRun, new Look(keys.toArray(StateKey[]::new)))
            .collect()) {
      found.put(entry._1(), entry._2());
    }
    return found;
  }

  /** All of a version, as running state is checkpointed by the other engine. */
  RDD<MapWithStateRDDRecord<StateKey, byte[], Object>> all(long version, String queryRun) {
    return this.<MapWithStateRDDRecord<StateKey, byte[], Object>>read(version, queryRun, new Maps())
        .rdd();
  }

  private static final class Look
      extends AbstractFunction2<
          ReadStateStore, Iterator<Integer>, Iterator<Tuple2<StateKey, byte[]>>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private final StateKey[] keys;

    Look(StateKey... keys) {
      this.keys = keys;
    }

    @Override
    public Iterator<Tuple2<StateKey, byte[]>> apply(
        ReadStateStore store, Iterator<Integer> partition) {
      StateRows rows = new StateRows();
      List<Tuple2<StateKey, byte[]>> found = new ArrayList<>();
      for (StateKey key : keys) {
        var value = store.get(rows.key(key));
        if (value != null) {
          found.add(new Tuple2<>(key, value.getBinary(0)));
        }
      }
      return JavaConverters.asScalaIterator(found.iterator());
    }
  }

  private static final class Maps
      extends AbstractFunction2<
          ReadStateStore,
          Iterator<Integer>,
          Iterator<MapWithStateRDDRecord<StateKey, byte[], Object>>>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public Iterator<MapWithStateRDDRecord<StateKey, byte[], Object>> apply(
        ReadStateStore store, Iterator<Integer> partition) {
      CompactStateMap map = new CompactStateMap();
      Iterator<UnsafeRowPair> all = store.iterator();
      while (all.hasNext()) {
        UnsafeRowPair entry = all.next();
        map.put(StateRows.key(entry.key()), entry.value().getBinary(0), 0);
      }
      return JavaConverters.asScalaIterator(
          List.of(
                  new MapWithStateRDDRecord<StateKey, byte[], Object>(
                      map, JavaConverters.asScalaBuffer(List.of())))
              .iterator());
    }
  }
}
