package dev.tidemark.job.engine.dstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.streaming.Checkpoint;
import org.apache.spark.streaming.CheckpointReader$;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.dstream.InputDStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;
import scala.Tuple2;
import scala.reflect.ClassTag$;

/**
 * What stock Spark 3.5.5 makes of a damaged checkpoint with state, pinned: counts that begin again
 * at one, or a part of all groups gone for ever, and not a word about it. That is why Tidemark has
 * manifests. Should one fail after an upgrade of Spark, the guard against it may be reconsidered.
 */
@Timeout(300)
@SuppressWarnings("deprecation") // DStreams are what this is about
class StockStateDamageTest {
  private static final int GROUPS = 40;
  private static final int PARTS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** All state after a batch. */
  private record Seen(int parts, int groups, long least) {}

  private static final List<Seen> SEEN = new CopyOnWriteArrayList<>();

  @TempDir Path dir;
  private SparkContext spark;
  private StreamingContext context;

  @BeforeEach
  void begin() {
    spark =
        new SparkContext(
            new SparkConf()
                .setMaster("local[2]")
                .setAppName("damage")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "localhost")
                .set("spark.driver.bindAddress", "127.0.0.1"));
    SEEN.clear();
    run(Optional.empty());
    await().atMost(PATIENCE).until(() -> !SEEN.isEmpty() && last().least() > 20);
    context.stop(false, true);
    assertThat(last()).extracting(Seen::parts, Seen::groups).containsExactly(PARTS, GROUPS);
  }

  @AfterEach
  void end() {
    if (context != null) {
      context.stop(false, false);
    }
    spark.stop();
  }

  @Test
  void withoutMetadataItBeginsAgainAtOneWithoutAWord() throws IOException {
    for (Path file : metadata()) {
      Files.delete(file);
    }
    assertThat(read(false)).as("what getOrCreate would go on from").isEmpty();
    assertThat(first(Optional.empty()).least()).isEqualTo(1);
  }

  @Test
  void withAllMetadataCutShortItRefusesOrBeginsAgainAsItIsTold() throws IOException {
    for (Path file : metadata()) {
      Files.write(file, new byte[] {1, 2, 3});
    }
    assertThatThrownBy(() -> read(false))
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("Failed to read checkpoint");
    assertThat(read(true)).as("with createOnError").isEmpty();
  }

  @Test
  void withoutTheLastPartItLosesAQuarterOfTheGroups() throws IOException {
    for (Path state : states()) {
      Files.delete(part(state, PARTS - 1));
    }
    Seen first = first(read(false));
    assertThat(first.parts()).isEqualTo(PARTS - 1);
    assertThat(first.groups()).isEqualTo(GROUPS - GROUPS / PARTS);
  }

  @Test
  void withoutAnyPartItCountsNothingAnyMore() throws IOException {
    for (Path state : states()) {
      for (int i = 0; i < PARTS; i++) {
        Files.delete(part(state, i));
      }
    }
    Seen first = first(read(false));
    assertThat(first).isEqualTo(new Seen(0, 0, 0));
  }

  @Test
  void withoutAMiddlePartItsFirstBatchFails() throws IOException {
    for (Path state : states()) {
      Files.delete(part(state, 1));
    }
    Optional<Checkpoint> checkpoint = read(false);
    assertThatThrownBy(() -> first(checkpoint)).hasMessageContaining("Invalid checkpoint file");
  }

  @Test
  void withoutTheDirectoryOfTheStateItDoesNotStart() throws IOException {
    for (Path state : states()) {
      Files.move(state, dir.resolve("away-" + state.getFileName()));
    }
    Optional<Checkpoint> checkpoint = read(false);
    assertThatThrownBy(() -> first(checkpoint)).hasMessageContaining("does not exist");
  }

  @Test
  void aForeignFileBesideTheMetadataIsAnErrorOfTheProgram() throws IOException {
    Files.write(dir.resolve("checkpoint-5-copy"), new byte[0]);
    assertThatThrownBy(() -> read(false)).isInstanceOf(scala.MatchError.class);
  }

  private static Seen last() {
    return SEEN.get(SEEN.size() - 1);
  }

  /** State after the first batch of a run. */
  private Seen first(Optional<Checkpoint> checkpoint) {
    SEEN.clear();
    run(checkpoint);
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              context.awaitTerminationOrTimeout(50); // throws what a batch has failed with
              return !SEEN.isEmpty();
            });
    context.stop(false, false);
    return SEEN.get(0);
  }

  private Optional<Checkpoint> read(boolean createOnError) {
    Option<Checkpoint> read =
        CheckpointReader$.MODULE$.read(
            dir.toString(), spark.conf(), spark.hadoopConfiguration(), createOnError);
    return Optional.ofNullable(read.getOrElse(() -> null));
  }

  private List<Path> metadata() throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith("checkpoint-"))
          .toList();
    }
  }

  private List<Path> states() throws IOException {
    List<Path> states = new ArrayList<>();
    try (Stream<Path> files = Files.walk(dir)) {
      files
          .filter(file -> String.valueOf(file.getFileName()).startsWith("rdd-"))
          .forEach(states::add);
    }
    assertThat(states).isNotEmpty();
    return states;
  }

  private static Path part(Path state, int number) {
    return state.resolve("part-%05d".formatted(number));
  }

  private void run(Optional<Checkpoint> checkpoint) {
    if (checkpoint.isPresent()) {
      context = new StreamingContext(spark, checkpoint.get(), null);
    } else {
      context = new StreamingContext(spark, new org.apache.spark.streaming.Duration(100));
      context.checkpoint(dir.toString());
      JavaDStream.fromDStream(new Numbers(context), ClassTag$.MODULE$.<Integer>apply(Integer.class))
          .mapToPair(number -> new Tuple2<>(number, 1))
          .mapWithState(
              StateSpec.function(
                      (Integer number,
                          org.apache.spark.api.java.Optional<Integer> one,
                          State<Long> count) -> {
                        count.update((count.exists() ? count.get() : 0) + 1);
                        return number;
                      })
                  .numPartitions(PARTS))
          .stateSnapshots()
          .foreachRDD(StockStateDamageTest::note);
    }
    context.start();
  }

  private static void note(JavaPairRDD<Integer, Long> state, Time time) {
    List<Long> counts = state.values().collect();
    long least = counts.stream().mapToLong(n -> n).min().orElse(0);
    SEEN.add(new Seen(state.getNumPartitions(), counts.size(), least));
  }

  /** The same numbers in every batch. */
  private static final class Numbers extends InputDStream<Integer> {
    private static final long serialVersionUID = 1L;

    Numbers(StreamingContext context) {
      super(context, ClassTag$.MODULE$.apply(Integer.class));
    }

    @Override
    public Option<RDD<Integer>> compute(Time time) {
      JavaSparkContext spark = new JavaSparkContext(context().sparkContext());
      return Option.apply(spark.parallelize(IntStream.range(0, GROUPS).boxed().toList(), 2).rdd());
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}
  }
}
