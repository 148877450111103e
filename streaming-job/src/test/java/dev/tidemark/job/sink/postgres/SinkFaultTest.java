package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.EventRecords.range;
import static dev.tidemark.job.sink.EventRecords.records;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.CuttingProxy;
import dev.tidemark.job.real.CuttingProxy.Cut;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.sink.Written;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What happens when something dies in the middle of a result transaction. */
@Timeout(300)
class SinkFaultTest {

  /** More than a chunk, so that the COPY is really under way. */
  private static final long MANY = 20_000;

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();
  private final SinkStage stage = SinkStage.of(postgres);

  private static Trouble trouble(Runnable work) {
    return catchThrowableOfType(Trouble.class, work::run);
  }

  private void assertExactly(long until) {
    assertThat(stage.until()).isEqualTo(until);
    assertThat(stage.values())
        .isEqualTo(LongStream.range(0, until).mapToObj(o -> "v" + o).toList());
  }

  @Test
  void aSessionEndedInMidCopyWritesNothingAndTheNextTryAllOfIt() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    Trouble cut =
        trouble(
            () ->
                sink.write(
                    range(0, MANY),
                    records(
                        0,
                        MANY,
                        o -> "v" + o,
                        o -> {
                          if (o == MANY / 2) {
                            stage.terminateSessions();
                          }
                        })));
    assertThat(cut.reason()).isEqualTo(Reason.SinkUnavailable);
    assertExactly(0);
    stage.write(sink, 0, MANY);
    assertExactly(MANY);
  }

  @Test
  void aSessionThatDiedWhileItRestedIsNotNoticed() {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    stage.write(sink, 0, 5);
    stage.terminateSessions();
    stage.write(sink, 5, 9);
    assertExactly(9);
  }

  /**
   * The zombie of design 5: frozen in mid-COPY with its locks, while its successor takes over and
   * commits.
   */
  @Test
  void aZombieInMidCopyNeitherHoldsUpItsSuccessorNorCommits() throws Exception {
    PostgresRowSink zombie = stage.epoch(1, 0).sink(1);
    CountDownLatch frozen = new CountDownLatch(1);
    CountDownLatch thawed = new CountDownLatch(1);
    CompletableFuture<Written> old =
        CompletableFuture.supplyAsync(
            () ->
                zombie.write(
                    range(0, MANY),
                    records(
                        0,
                        MANY,
                        o -> "v" + o,
                        o -> {
                          if (o == MANY / 2) {
                            frozen.countDown();
                            await(thawed);
                          }
                        })));
    assertThat(frozen.await(30, TimeUnit.SECONDS)).isTrue();
    long before = System.nanoTime();
    stage.epoch(2, 0);
    PostgresRowSink successor = stage.sink(2);
    stage.write(successor, 0, 50);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
    thawed.countDown();
    assertThat(catchThrowableOfType(ExecutionException.class, old::get).getCause())
        .isInstanceOf(Trouble.class);
    assertExactly(50);
    assertThat(trouble(() -> stage.write(zombie, 50, 60)).reason()).isEqualTo(Reason.Fenced);
    stage.write(successor, 50, 60);
    assertExactly(60);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aLostAnswerToACommitThatHappenedCountsAsWritten() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(postgres.port(), "UPDATE \"public\"")) {
      SinkStage through = through(proxy);
      PostgresRowSink sink = through.epoch(1, 0).sink(1);
      through.write(sink, 0, 3);
      proxy.cut(Cut.AFTER, Cut.NEVER);
      assertThat(through.write(sink, 3, 8)).isEqualTo(new Written(5, 5, false));
      assertThat(through.write(sink, 8, 9)).isEqualTo(new Written(1, 1, false));
      assertThat(through.until()).isEqualTo(9);
      assertThat(through.values()).hasSize(9);
    }
  }

  @Test
  void aCommitThatNeverArrivedIsNotWrittenAndSaysSo() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(postgres.port(), "UPDATE \"public\"")) {
      SinkStage through = through(proxy);
      PostgresRowSink sink = through.epoch(1, 0).sink(1);
      through.write(sink, 0, 3);
      proxy.cut(Cut.BEFORE, Cut.NEVER);
      Trouble lost = trouble(() -> through.write(sink, 3, 8));
      assertThat(lost.reason()).isEqualTo(Reason.SinkUnavailable);
      assertThat(lost.getMessage()).contains("nothing of it was written");
      assertThat(through.until()).isEqualTo(3);
      through.write(sink, 3, 8);
      assertThat(through.values()).hasSize(8);
    }
  }

  @Test
  void whenTheOutcomeCannotBeAskedForTheLedgerDecidesLater() throws Exception {
    for (Cut cut : List.of(Cut.AFTER, Cut.BEFORE)) {
      try (CuttingProxy proxy = new CuttingProxy(postgres.port(), "UPDATE \"public\"")) {
        SinkStage through = through(proxy);
        PostgresRowSink sink = through.epoch(1, 0).sink(1);
        through.write(sink, 0, 3);
        proxy.cut(cut, Cut.ALL);
        assertThat(trouble(() -> through.write(sink, 3, 8)).reason())
            .isEqualTo(Reason.SinkUnavailable);
        proxy.cut(Cut.NEVER, Cut.NEVER);
        Awaitility.await().until(() -> through.write(sink, 3, 8).skipped() || through.until() == 8);
        assertThat(postgres.one("SELECT count(*) FROM results")).isEqualTo("8");
        postgres.run("TRUNCATE results, tidemark_offsets");
      }
    }
  }

  private SinkStage through(CuttingProxy proxy) {
    return new SinkStage(postgres, postgres.jdbc(proxy.port(), "postgres", "results", false));
  }

  @Test
  void aLockThatIsNotGivenIsADatabaseThatIsAway() throws Exception {
    PostgresRowSink sink = stage.epoch(1, 0).sink(1);
    stage.write(sink, 0, 1);
    try (java.sql.Connection other = java.sql.DriverManager.getConnection(postgres.url())) {
      other.setAutoCommit(false);
      try (java.sql.Statement lock = other.createStatement()) {
        lock.execute("SELECT 1 FROM tidemark_offsets FOR UPDATE");
      }
      assertThat(trouble(() -> stage.write(sink, 1, 2)).reason()).isEqualTo(Reason.SinkUnavailable);
    }
    stage.write(sink, 1, 2);
    assertExactly(2);
  }

  /**
   * SIGKILL of one backend makes the whole server crash and recover; the job goes on as if nothing
   * had been.
   */
  @Test
  void aServerKilledInMidCopyLosesAndDoublesNothing() throws Exception {
    try (EmbeddedPostgres server = RealPostgres.start()) {
      SinkStage own = SinkStage.of(RealPostgres.fresh(server));
      PostgresRowSink sink = own.epoch(1, 0).sink(1);
      own.write(sink, 0, 7);
      Trouble cut =
          trouble(
              () ->
                  sink.write(
                      range(7, MANY),
                      records(
                          7,
                          MANY,
                          o -> "v" + o,
                          o -> {
                            if (o == MANY / 2) {
                              killBackend(own);
                            }
                          })));
      assertThat(cut.reason()).isEqualTo(Reason.SinkUnavailable);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .ignoreException(Trouble.class)
          .until(() -> own.write(sink, 7, MANY).rows() == MANY - 7);
      assertThat(own.until()).isEqualTo(MANY);
      assertThat(own.postgres.one("SELECT count(*) || ' ' || count(DISTINCT value) FROM results"))
          .isEqualTo(MANY + " " + MANY);
    }
  }

  /**
   * With synchronous_commit off a crash forgets what was just committed; an epoch must survive even
   * that.
   */
  @Test
  void anEpochSurvivesACrashOfAServerThatCommitsAsynchronously() throws Exception {
    try (EmbeddedPostgres server = RealPostgres.start("synchronous_commit", "off")) {
      SinkStage own = SinkStage.of(RealPostgres.fresh(server));
      PostgresRowSink old = own.epoch(1, 0).sink(1);
      own.write(old, 0, 7);
      own.epoch(2, 0);
      killBackend(server);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> trouble(() -> own.write(old, 7, 9)).reason() == Reason.Fenced);
    }
  }

  /** Any client of the server will do: the postmaster treats the death of one as a crash of all. */
  private static void killBackend(EmbeddedPostgres server) {
    try (java.sql.Connection victim = server.getPostgresDatabase().getConnection();
        java.sql.Statement statement = victim.createStatement();
        java.sql.ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()")) {
      pid.next();
      ProcessHandle.of(pid.getLong(1)).orElseThrow().destroyForcibly();
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void killBackend(SinkStage stage) {
    String pid =
        stage.postgres.one(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'COPY%' AND application_name LIKE 'tm-%' AND datname = current_database()");
    ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
  }
}
