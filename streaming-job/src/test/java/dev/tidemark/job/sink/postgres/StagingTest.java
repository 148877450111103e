package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.postgres.ResultStage.ranges;
import static dev.tidemark.job.sink.postgres.ResultStage.row;
import static dev.tidemark.job.sink.postgres.ResultStage.stage;
import static dev.tidemark.job.sink.postgres.ResultStage.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.sink.Part;
import dev.tidemark.job.sink.Staged;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.apache.spark.sql.catalyst.InternalRow;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What lies beside the table, when it is seen, and when it goes. */
@Timeout(120)
class StagingTest {

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();

  @Test
  void onlyWhatTheNamedAttemptsStagedIsMerged() {
    ResultStage stage = ResultStage.appending(postgres);
    PostgresResultSink sink = stage.opened();
    stage(sink, 1, 1, row("failed", 1L));
    Staged good = stage(sink, 1, 2, row("good", 1L));
    assertThatThrownBy(() -> sink.stage(1, new Part(1, 1, 3), new Breaking(1000)))
        .isInstanceOf(ArithmeticException.class);
    sink.commit(1, List.of(good), ranges(0, 1, 0, 0));
    assertThat(stage.rows()).containsExactly("good=1");
    assertThat(stage.staged(1)).isEqualTo(2);
    write(sink, 2, ranges(1, 2, 0, 0), row("next", 1L));
    assertThat(stage.rows()).containsExactly("good=1", "next=1");
  }

  /** Rows that break off in the middle of a COPY that is long under way. */
  private static final class Breaking implements java.util.Iterator<InternalRow> {
    private long left;

    Breaking(long rows) {
      left = rows;
    }

    @Override
    public boolean hasNext() {
      return true;
    }

    @Override
    public InternalRow next() {
      if (left-- == 0) {
        throw new ArithmeticException("overflow");
      }
      return row("x".repeat(1000), left);
    }
  }

  @Test
  void openingTwiceBeginsWithAnEmptyTable() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    stage(sink, 1, 1, row("a", 1L));
    sink.open();
    assertThat(stage.staged(1)).isZero();
    assertThat(write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L))).isTrue();
  }

  @Test
  void mergedRowsDoNotPileUp() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    InternalRow[] many =
        LongStream.range(0, 20_000).mapToObj(i -> row("k" + i, i)).toArray(InternalRow[]::new);
    write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L));
    assertThat(stage.staged(1)).isEqualTo(1);
    write(sink, 2, ranges(1, 2, 0, 0), many);
    assertThat(stage.staged(1)).isZero();
    for (int i = 2; i < 102; i++) {
      write(sink, i + 1, ranges(i, i + 1, 0, 0), row("a", (long) i));
    }
    assertThat(stage.staged(1)).isZero();
    assertThat(postgres.one("SELECT count(*) FROM results")).isEqualTo("20001");
  }

  /** A task nobody waits for any more holds the staging table: the batch must not care. */
  @Test
  void aLingeringTaskKeepsMergedRowsButHoldsUpNoBatch() throws Exception {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    CountDownLatch copying = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<Staged> lingering =
        CompletableFuture.supplyAsync(
            () ->
                sink.stage(
                    1,
                    new Part(1, 1, 1),
                    LongStream.range(0, 5000)
                        .mapToObj(
                            i -> {
                              if (i == 4000) {
                                copying.countDown();
                                await(done);
                              }
                              return row("lingering" + i, i);
                            })
                        .iterator()));
    copying.await();
    InternalRow[] many =
        LongStream.range(0, 20_000).mapToObj(i -> row("k" + i, i)).toArray(InternalRow[]::new);
    assertThat(write(sink, 1, ranges(0, 1, 0, 0), many)).isTrue();
    assertThat(stage.staged(1)).isEqualTo(20_000);
    done.countDown();
    assertThat(lingering.get().rows()).isEqualTo(5000);
    assertThat(write(sink, 2, ranges(1, 2, 0, 0), row("a", 1L))).isTrue();
    assertThat(stage.staged(1)).isZero();
    assertThat(postgres.one("SELECT count(*) FROM results")).isEqualTo("20001");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Every batch gives all keys the same new count: a reader that sees two counts saw half of it.
   */
  @Test
  void readersSeeWholeBatchesOnlyAndNothingGoesBackwards() throws Exception {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 1, 0, 0), batch(1));
    Set<String> faults = ConcurrentHashMap.newKeySet();
    Set<String> seen = ConcurrentHashMap.newKeySet();
    CompletableFuture<?> writer = new CompletableFuture<>();
    CompletableFuture<?> reader =
        CompletableFuture.runAsync(
            () -> {
              long last = 0;
              while (!writer.isDone()) {
                String[] read =
                    postgres
                        .one("SELECT min(n) || ' ' || max(n) || ' ' || count(*) FROM results")
                        .split(" ");
                long n = Long.parseLong(read[0]);
                if (!read[0].equals(read[1]) || !read[2].equals(500 + n * 10 + "") || n < last) {
                  faults.add(String.join(" ", read) + " after " + last);
                }
                last = n;
                seen.add(read[0]);
              }
            });
    for (int i = 2; i <= 40 || seen.size() < 5; i++) {
      write(sink, i, ranges(i - 1, i, 0, 0), batch(i));
    }
    writer.complete(null);
    reader.get();
    assertThat(faults).isEmpty();
    assertThat(stage.ledger()).endsWith(",0");
  }

  private static InternalRow[] batch(long n) {
    return LongStream.range(0, 500 + n * 10)
        .mapToObj(i -> row("k" + i, n))
        .toArray(InternalRow[]::new);
  }

  @Test
  void manyTasksStageAtOnce() throws Exception {
    ResultStage stage = ResultStage.upserting(postgres);
    stage.opened();
    PostgresResultSink sink = stage.sink(1);
    List<CompletableFuture<Staged>> all =
        LongStream.range(0, 6)
            .mapToObj(
                t ->
                    CompletableFuture.supplyAsync(
                        () ->
                            sink.stage(
                                1,
                                new Part(1, 1, t),
                                LongStream.range(0, 1000)
                                    .mapToObj(i -> row("t" + t + "k" + i, i))
                                    .iterator())))
            .toList();
    List<Staged> staged = all.stream().map(CompletableFuture::join).toList();
    assertThat(stage.sink(1).commit(1, staged, ranges(0, 1, 0, 0))).isTrue();
    assertThat(postgres.one("SELECT count(*) FROM results")).isEqualTo("6000");
  }
}
