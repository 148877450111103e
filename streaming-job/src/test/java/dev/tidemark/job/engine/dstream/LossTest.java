package dev.tidemark.job.engine.dstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidemark.job.engine.MalformedRecords;
import dev.tidemark.job.engine.Patience;
import dev.tidemark.job.engine.Prepared;
import dev.tidemark.job.engine.RowsOutput;
import dev.tidemark.job.engine.Run;
import dev.tidemark.job.engine.Timeline;
import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState;
import dev.tidemark.job.owner.OwnerRecord;
import dev.tidemark.job.source.KafkaView;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

/**
 * That a run with gate and latch loses nothing where stock Spark does, see {@link StockLossTest}.
 */
class LossTest extends LossFixture {
  private long epoch;

  @Test
  void afterAFailedBatchNothingCommitsUntilItWasRunAgain() throws Exception {
    Book.failingCall = 4;
    Run run = ours(Recovery.fromLedger("", 0));
    Throwable failure = run.awaitFailure(PATIENCE.toMillis());
    assertThat(failure).hasStackTraceContaining("injected");
    context.stop(false, false);
    long before = Book.until();
    run = ours(recovery());
    awaitBatches(15);
    run.trip(new IllegalStateException("enough"));
    context.stop(false, false);
    assertThat(Book.until()).isGreaterThan(before);
    assertThat(Book.gaps()).isEmpty();
    assertThat(Book.isSingle()).isTrue();
  }

  @Test
  void aRunThatDiesDuringARecoveryLosesNothing() throws Exception {
    Run run = ours(Recovery.fromLedger("", 0));
    awaitBatches(5);
    run.trip(new IllegalStateException("first end"));
    context.stop(false, false);
    missing(dir.resolve("checkpoints/r000001/e0000000001"));
    slow();
    Recovery recovery = recovery();
    int before = Book.size();
    long end = GrowingTopic.end();
    Run second = prepared(recovery);
    CompletableFuture<Void> recovering = CompletableFuture.runAsync(context::start);
    await().atMost(PATIENCE).until(() -> GrowingTopic.end() > end + 5 * GrowingTopic.STEP);
    assertThat(Book.size()).as("batches written before the gate was opened").isEqualTo(before);
    second.trip(new IllegalStateException("died during its recovery"));
    recovering.join();
    context.stop(false, false);
    quick();
    Run third = ours(recovery());
    awaitBatches(before + 10);
    third.trip(new IllegalStateException("enough"));
    context.stop(false, false);
    assertThat(Book.gaps()).isEmpty();
    assertThat(Book.isSingle()).isTrue();
  }

  private Run ours(Recovery recovery) {
    Run run = prepared(recovery);
    context.start();
    run.open();
    return run;
  }

  private Run prepared(Recovery recovery) {
    Prepared prepared = next();
    Run run =
        new Run(
            prepared,
            new JavaSparkContext(spark),
            new RowsOutput(
                new JavaSparkContext(spark),
                new Book(),
                MalformedRecords.of(spark, "job", prepared.owner().lastEpoch()),
                "job",
                prepared.owner().lastEpoch()),
            batch -> {},
            new Patience(settings(), () -> true, trouble -> {}, Patience.MOMENT),
            new Timeline(Instant.now()));
    run.enter();
    epoch++;
    context = Contexts.make(prepared, recovery, spark);
    return run;
  }

  private Recovery recovery() throws IOException {
    Prepared prepared = next();
    CheckpointFinder.Result found =
        new CheckpointFinder(spark.conf(), spark.hadoopConfiguration())
            .find(prepared.revisionPath(), 0);
    Recovery recovery = Recovery.choose(prepared, found, false, 0);
    assertThat(recovery.checkpoint()).as(recovery.why()).isPresent();
    return recovery;
  }

  /** The run that comes next, with the ledger as it is now. */
  private Prepared next() {
    OwnerRecord owner =
        new OwnerRecord(
            1,
            "job",
            "c",
            "n",
            "name",
            "uid",
            Instant.EPOCH,
            1,
            1,
            "sha256:x",
            epoch + 1,
            0,
            null,
            false,
            0,
            null,
            null,
            null);
    LedgerState ledger =
        new LedgerState(epoch + 1, 1, false, Map.of(GrowingTopic.PARTITION, Book.until()));
    KafkaView kafka =
        new KafkaView(
            new LedgerIdentity("k", Map.of(GrowingTopic.PARTITION.topic(), "id")),
            Map.of(GrowingTopic.PARTITION, 0L),
            Map.of());
    return new Prepared(
        settings(), owner, ledger, kafka, new GrowingTopic.Answers(), null, epoch == 0);
  }
}
