package dev.tidemark.job.engine.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.ledger.PartitionRange;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import scala.Tuple2;

@SuppressWarnings("deprecation") // DStreams are what this is about
class LineageTest {
  private static final List<PartitionRange> RANGES =
      List.of(
          new PartitionRange(new Partition("events", 0), 3, 9),
          new PartitionRange(new Partition("events", 1), 4, 4));
  private static JavaSparkContext spark;

  @BeforeAll
  static void begin() {
    spark =
        new JavaSparkContext(
            new SparkConf(false)
                .setMaster("local[1]")
                .setAppName("lineage")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "localhost")
                .set("spark.driver.bindAddress", "127.0.0.1"));
  }

  @AfterAll
  static void end() {
    spark.stop();
  }

  private static JavaRDD<ConsumerRecord<byte[], byte[]>> records() {
    return JavaRDD.fromRDD(new RecordsRdd(spark.sc(), RANGES), RecordsRdd.TAG);
  }

  @Test
  void partitionByPartition() {
    JavaRDD<Long> made =
        records().filter(r -> r.value() != null).map(ConsumerRecord::offset).map(o -> o + 1);
    assertThat(Lineage.partitionwise(made.rdd())).isEqualTo(RANGES);
    assertThat(made.getNumPartitions()).isEqualTo(RANGES.size());
  }

  @Test
  void whatIsMixedIsNot() {
    JavaRDD<Long> offsets = records().map(ConsumerRecord::offset);
    for (JavaRDD<?> mixed :
        List.of(offsets.repartition(2), offsets.coalesce(1), offsets.union(offsets))) {
      assertThatThrownBy(() -> Lineage.partitionwise(mixed.rdd()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Tidemark.eachBatch");
    }
  }

  @Test
  void aBatchMayBeShuffledAndMustBeOne() {
    JavaPairRDD<Long, Integer> counts =
        records().mapToPair(r -> new Tuple2<>(r.offset(), 1)).reduceByKey(Integer::sum);
    assertThat(Lineage.batch(counts.rdd())).isEqualTo(RANGES);
    assertThat(Lineage.batch(counts.join(counts).rdd())).isEqualTo(RANGES);
    assertThatThrownBy(() -> Lineage.batch(records().union(records()).rdd()))
        .hasMessageContaining("was made of 2");
    assertThatThrownBy(() -> Lineage.batch(spark.parallelize(List.of(1)).rdd()))
        .hasMessageContaining("was made of 0");
  }

  @Test
  void streamsThatRememberAreFound() {
    assertThat(
            remembers(
                words ->
                    words
                        .mapToPair(w -> new Tuple2<>(w, 1))
                        .reduceByKey(Integer::sum)
                        .toJavaDStream()))
        .isFalse();
    assertThat(remembers(words -> words.window(Durations.seconds(3)))).isTrue();
    assertThat(remembers(words -> words.countByWindow(Durations.seconds(3), Durations.seconds(1))))
        .isTrue();
    assertThat(
            remembers(
                words -> {
                  JavaPairDStream<String, Integer> pairs = words.mapToPair(w -> new Tuple2<>(w, 1));
                  return pairs
                      .<Integer>updateStateByKey(
                          (List<Integer> now, org.apache.spark.api.java.Optional<Integer> before) ->
                              org.apache.spark.api.java.Optional.of(before.or(0) + now.size()))
                      .toJavaDStream();
                }))
        .isTrue();
  }

  private static boolean remembers(Function<JavaDStream<String>, JavaDStream<?>> made) {
    StreamingContext context = new StreamingContext(spark.sc(), Durations.seconds(1));
    JavaDStream<String> words =
        new JavaStreamingContext(context).queueStream(new java.util.ArrayDeque<>());
    made.apply(words).foreachRDD(rdd -> {});
    try {
      return Lineage.remembers(context);
    } finally {
      context.stop(false, false);
    }
  }
}
