package dev.tidemark.job.engine.dstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.streaming.Checkpoint;
import org.apache.spark.streaming.StreamingContext;
import org.apache.spark.streaming.Time;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.HasOffsetRanges;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.kafka010.OffsetRange;
import org.junit.jupiter.api.Test;

/**
 * The two ways in which stock Spark 3.5.5 loses ranges, pinned. Should one fail after an upgrade of
 * Spark, the bug is gone and the guard may be reconsidered.
 */
@SuppressWarnings("deprecation") // DStreams are what this is about
class StockLossTest extends LossFixture {
  private int contexts;

  @Test
  void stockSparkForgetsAFailedBatchOnceLaterOnesCompleted() throws IOException {
    Book.failingCall = 4;
    stock(Optional.empty());
    awaitBatches(10);
    awaitCheckpointAfter(System.currentTimeMillis(), dir.resolve("stock0"));
    context.stop(false, false);
    stock(read(dir.resolve("stock0")));
    awaitBatches(Book.size() + 10);
    context.stop(false, false);
    assertThat(Book.gaps()).isNotEmpty();
  }

  @Test
  void stockSparkLosesRangesWhenItDiesDuringARecovery() throws Exception {
    stock(Optional.empty());
    awaitBatches(5);
    context.stop(false, false);
    dieDuringTheRecoveryOf("stock" + (contexts - 1));
    assertThat(Book.gaps()).isNotEmpty();
  }

  /** One written before the failed batch still has it to do. */
  private void awaitCheckpointAfter(long millis, Path directory) {
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                read(directory)
                    .filter(checkpoint -> checkpoint.checkpointTime().milliseconds() > millis)
                    .isPresent());
  }

  private void dieDuringTheRecoveryOf(String name) throws IOException {
    Optional<Checkpoint> checkpoint = missing(dir.resolve(name));
    slow();
    String next = "stock" + contexts;
    CompletableFuture<Void> recovering;
    Path crash;
    try (Interleaving interleaving = new Interleaving()) {
      recovering = CompletableFuture.runAsync(() -> stock(checkpoint));
      await().atMost(PATIENCE).until(interleaving::hasHappened);
      crash = crash(next);
    }
    Book.dead = true;
    recovering.join();
    context.stop(false, false);
    quick();
    Book.dead = false;
    stock(read(crash));
    awaitBatches(Book.size() + 10);
    context.stop(false, false);
  }

  /**
   * What lies in the checkpoint directory once a checkpoint of the recovery was written: all that
   * survives a kill.
   */
  private Path crash(String name) throws IOException {
    Path live = dir.resolve(name);
    await().atMost(PATIENCE).until(() -> !checkpoints(live).isEmpty());
    Path copy = Files.createDirectory(dir.resolve(name + "-crash"));
    for (Path file : checkpoints(live)) {
      copy(file, copy.resolve(file.getFileName()));
    }
    return copy;
  }

  private static List<Path> checkpoints(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("checkpoint-"))
          .filter(Files::isRegularFile)
          .toList();
    }
  }

  private static void copy(Path file, Path to) throws IOException {
    try {
      Files.copy(file, to, StandardCopyOption.COPY_ATTRIBUTES);
    } catch (NoSuchFileException e) {
      Files.deleteIfExists(to); // Spark has just replaced it; a newer one is there
    }
  }

  private void stock(Optional<Checkpoint> checkpoint) {
    if (checkpoint.isPresent()) {
      context = new StreamingContext(spark, checkpoint.get(), null);
    } else {
      context =
          new StreamingContext(spark, new org.apache.spark.streaming.Duration(INTERVAL_MILLIS));
      KafkaUtils.createDirectStream(
              new JavaStreamingContext(context),
              LocationStrategies.PreferConsistent(),
              new GrowingTopic.Strategy())
          .foreachRDD(new Stock());
    }
    context.checkpoint(dir.resolve("stock" + contexts++).toString());
    context.start();
  }

  private static final class Stock
      implements VoidFunction2<JavaRDD<ConsumerRecord<byte[], byte[]>>, Time> {
    private static final long serialVersionUID = 1L;

    @Override
    public void call(JavaRDD<ConsumerRecord<byte[], byte[]>> rdd, Time time) {
      for (OffsetRange range : ((HasOffsetRanges) rdd.rdd()).offsetRanges()) {
        Book.note(range.fromOffset(), range.untilOffset());
      }
    }
  }
}
