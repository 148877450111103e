package dev.tidemark.job.engine;

import dev.tidemark.job.expression.Aggregation;
import dev.tidemark.job.expression.Entries;
import dev.tidemark.job.expression.StateKey;
import java.util.Iterator;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import scala.Tuple2;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * The article's {@code reduceByKey}. The map side has been reduced where the records were read, so
 * what is left is one pass over what was shuffled; how two values are merged depends on their key.
 */
public final class MergeByKey
    implements PairFlatMapFunction<Iterator<Tuple2<StateKey, byte[]>>, StateKey, byte[]> {
  private static final long serialVersionUID = 1L;

  public static final ClassTag<StateKey> KEY = ClassTag$.MODULE$.apply(StateKey.class);
  public static final ClassTag<byte[]> VALUE = ClassTag$.MODULE$.apply(byte[].class);

  private final Computation computation;

  private MergeByKey(Computation computation) {
    this.computation = computation;
  }

  /** One value per key, in that many partitions by the key's hash. */
  public static JavaPairRDD<StateKey, byte[]> of(
      RDD<Tuple2<StateKey, byte[]>> values, Computation computation, int partitions) {
    RDD<Tuple2<StateKey, byte[]>> shuffled =
        new ShuffledRDD<StateKey, byte[], byte[]>(
                values, new HashPartitioner(partitions), KEY, VALUE, VALUE)
            .setSerializer(new PairSerializer());
    return new JavaPairRDD<>(shuffled, KEY, VALUE)
        .mapPartitionsToPair(new MergeByKey(computation), true);
  }

  @Override
  public Iterator<Tuple2<StateKey, byte[]>> call(Iterator<Tuple2<StateKey, byte[]>> values) {
    Aggregation aggregation = computation.compiled();
    Entries merged = new Entries();
    while (values.hasNext()) {
      Tuple2<StateKey, byte[]> value = values.next();
      int number = merged.find(value._1());
      if (number < 0) {
        merged.add(value._1(), value._2());
      } else {
        merged.set(number, aggregation.merge(value._1(), merged.value(number), value._2()));
      }
    }
    return merged.iterator();
  }
}
