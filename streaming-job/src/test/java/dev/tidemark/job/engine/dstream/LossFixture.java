package dev.tidemark.job.engine.dstream;

import static org.awaitility.Awaitility.await;

import dev.tidemark.job.engine.SparkSettings;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.settings.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.streaming.Checkpoint;
import org.apache.spark.streaming.CheckpointReader$;
import org.apache.spark.streaming.StreamingContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Spark context, a topic and a book, for tests of how ranges are lost and not lost when a run
 * ends in the middle of something.
 */
@Timeout(600)
@SuppressWarnings("deprecation") // DStreams are what this is about
abstract class LossFixture {
  static final int INTERVAL_MILLIS = 200;
  static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir Path dir;
  SparkContext spark;
  StreamingContext context;

  @BeforeEach
  void begin() throws IOException {
    Path settings = Files.createDirectories(dir.resolve("etc/settings"));
    Files.writeString(settings.resolve("settings.json"), json());
    System.setProperty("tidemark.etc", dir.resolve("etc").toString());
    GrowingTopic.empty();
    Book.empty();
    SparkConf conf =
        SparkSettings.storage(settings())
            .setMaster("local[2]")
            .setAppName("loss")
            .set("spark.driver.host", "localhost")
            .set("spark.driver.bindAddress", "127.0.0.1");
    spark = new SparkContext(conf);
  }

  @AfterEach
  void end() {
    System.clearProperty("tidemark.etc");
    quick();
    if (context != null) {
      context.stop(false, false);
    }
    spark.stop();
  }

  /**
   * Generating a batch takes its time, writing one takes longer: what a recovery of a busy job is
   * like.
   */
  static void slow() {
    GrowingTopic.answerMillis = 40;
    Book.millis = 120;
  }

  static void quick() {
    GrowingTopic.answerMillis = 0;
    Book.millis = 0;
  }

  static void awaitBatches(int n) {
    await().atMost(PATIENCE).until(() -> Book.size() >= n);
  }

  /** Waits until a recovery from the checkpoint would have to run a few dozen missed batches. */
  Optional<Checkpoint> missing(Path checkpoint) throws IOException {
    Optional<Checkpoint> found = read(checkpoint);
    long due = found.orElseThrow().checkpointTime().milliseconds() + 40L * INTERVAL_MILLIS;
    await().atMost(PATIENCE).until(() -> System.currentTimeMillis() > due);
    return read(checkpoint);
  }

  Optional<Checkpoint> read(Path checkpoint) throws IOException {
    scala.Option<Checkpoint> read =
        CheckpointReader$.MODULE$.read(
            checkpoint.toString(), spark.conf(), spark.hadoopConfiguration(), false);
    return Optional.ofNullable(read.getOrElse(() -> null));
  }

  static Settings settings() {
    return SettingsFile.read();
  }

  private String json() throws IOException {
    return Files.readString(Path.of("..", "contract", "settings", "minimal.json"))
        .replace("\"batchIntervalMillis\" : 5000", "\"batchIntervalMillis\" : " + INTERVAL_MILLIS)
        .replace("s3a://streams/important-events", dir.resolve("checkpoints").toUri().toString())
        .replace("kafka:9092", "127.0.0.1:9")
        .replace("\"instances\" : 1", "\"instances\" : 0");
  }
}
