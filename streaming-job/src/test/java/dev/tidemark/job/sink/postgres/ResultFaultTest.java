package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.postgres.ResultStage.ranges;
import static dev.tidemark.job.sink.postgres.ResultStage.row;
import static dev.tidemark.job.sink.postgres.ResultStage.stage;
import static dev.tidemark.job.sink.postgres.ResultStage.trouble;
import static dev.tidemark.job.sink.postgres.ResultStage.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.CuttingProxy;
import dev.tidemark.job.real.CuttingProxy.Cut;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.sink.Staged;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens when something dies while a batch is staged, merged or committed. */
@Timeout(300)
class ResultFaultTest {

  @AfterEach
  void endSessions() {
    Sessions.closeAll();
  }

  private final RealPostgres postgres = RealPostgres.fresh();

  /** The message after the one with the word is lost, or its answer is. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FOR UPDATE|BEFORE",
        "FOR UPDATE|AFTER",
        "INSERT INTO \"public\".\"results\"|BEFORE",
        "INSERT INTO \"public\".\"results\"|AFTER",
        "UPDATE \"public\".tidemark|BEFORE",
        "UPDATE \"public\".tidemark|AFTER"
      })
  void aConnectionCutAnywhereChangesNothing(String word, Cut cut) throws Exception {
    for (String mode : List.of("Append", "Upsert")) {
      try (CuttingProxy proxy = new CuttingProxy(postgres.port(), word)) {
        postgres.run("DROP TABLE IF EXISTS results");
        ResultStage stage = through(proxy, mode);
        PostgresResultSink sink = stage.opened();
        write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L));
        Staged staged = stage(sink, 2, 2, row("b", 2L));
        proxy.cut(cut, Cut.NEVER);
        assertThat(sink.commit(2, List.of(staged), ranges(1, 2, 0, 3))).isTrue();
        assertThat(proxy.hasCut()).isTrue();
        assertThat(stage.rows()).containsExactly("a=1", "b=2");
        assertThat(stage.ledger()).isEqualTo("2,3");
        assertThat(write(sink, 3, ranges(2, 3, 3, 4), row("c", 3L))).isTrue();
        assertThat(stage.rows()).containsExactly("a=1", "b=2", "c=3");
      }
    }
  }

  private ResultStage through(CuttingProxy proxy, String mode) {
    ResultStage.upserting(postgres);
    return new ResultStage(
        postgres,
        new dev.tidemark.job.settings.Settings.Jdbc(
            postgres.url(proxy.port(), "postgres"), "results", false, mode),
        ResultStage.WORDS,
        ResultStage.BY_WORD);
  }

  @ParameterizedTest
  @CsvSource({"BEFORE,true", "AFTER,false"})
  void whenTheOutcomeCannotBeAskedForTheLedgerDecidesLater(Cut cut, boolean due) throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(postgres.port(), "UPDATE \"public\".tidemark")) {
      ResultStage stage = through(proxy, "Append");
      PostgresResultSink sink = stage.opened();
      write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L));
      Staged staged = stage(sink, 2, 2, row("b", 2L));
      proxy.cut(cut, Cut.ALL);
      assertThat(trouble(() -> sink.commit(2, List.of(staged), ranges(1, 2, 0, 3))).reason())
          .isEqualTo(Reason.SinkUnavailable);
      proxy.cut(Cut.NEVER, Cut.NEVER);
      assertThat(sink.commit(2, List.of(staged), ranges(1, 2, 0, 3))).isEqualTo(due);
      assertThat(stage.rows()).containsExactly("a=1", "b=2");
      assertThat(stage.ledger()).isEqualTo("2,3");
    }
  }

  @Test
  void aConnectionCutWhileStagingFailsTheAttemptOnly() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(postgres.port(), "COPY \"public\"")) {
      ResultStage stage = through(proxy, "Append");
      PostgresResultSink sink = stage.opened();
      proxy.cut(Cut.BEFORE, Cut.NEVER);
      assertThat(trouble(() -> stage(sink, 1, 1, row("a", 1L))).reason())
          .isEqualTo(Reason.SinkUnavailable);
      assertThat(stage.staged(1)).isZero();
      assertThat(sink.commit(1, List.of(stage(sink, 1, 2, row("a", 1L))), ranges(0, 1, 0, 0)))
          .isTrue();
      assertThat(stage.rows()).containsExactly("a=1");
    }
  }

  @Test
  void sessionsThatDiedWhileTheyRestedAreNotNoticed() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    stage.terminateSessions();
    Staged staged = stage(sink, 1, 1, row("a", 1L));
    stage.terminateSessions();
    assertThat(sink.commit(1, List.of(staged), ranges(0, 1, 0, 0))).isTrue();
    stage.terminateSessions();
    sink.open();
    assertThat(stage.rows()).containsExactly("a=1");
  }

  /** A driver that hangs in its merge when its successor comes: it neither holds up nor commits. */
  @Test
  void aZombieInItsMergeIsFencedAndItsSuccessorCommits() throws Exception {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink zombie = stage.opened();
    write(zombie, 1, ranges(0, 1, 0, 0), row("a", 1L));
    Staged staged = stage(zombie, 2, 2, row("a", 2L), row("zombie", 1L));
    try (Connection other = DriverManager.getConnection(postgres.url());
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("SELECT * FROM results WHERE word = 'a' FOR UPDATE");
      CompletableFuture<Trouble> old =
          CompletableFuture.supplyAsync(
              () -> trouble(() -> zombie.commit(2, List.of(staged), ranges(1, 2, 0, 0))));
      Awaitility.await()
          .until(
              () ->
                  !postgres
                      .list(
                          "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT%'"
                              + " AND datname = current_database()")
                      .isEmpty());
      stage.epoch(2);
      assertThat(old.get().reason()).isEqualTo(Reason.Fenced);
      other.rollback();
    }
    PostgresResultSink successor = stage.sink(2);
    successor.open();
    assertThat(write(successor, 2, ranges(1, 2, 0, 0), row("a", 2L))).isTrue();
    assertThat(stage.rows()).containsExactly("a=2");
    assertThat(stage.ledger()).isEqualTo("2,0");
  }

  @Test
  void aLockThatIsNotGivenIsADatabaseThatIsAway() throws Exception {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = stage.opened();
    write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L));
    Staged staged = stage(sink, 2, 2, row("a", 2L));
    try (Connection other = DriverManager.getConnection(postgres.url());
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("SELECT * FROM results FOR UPDATE");
      assertThat(trouble(() -> sink.commit(2, List.of(staged), ranges(1, 2, 0, 0))).reason())
          .isEqualTo(Reason.SinkUnavailable);
    }
    assertThat(sink.commit(2, List.of(staged), ranges(1, 2, 0, 0))).isTrue();
    assertThat(stage.rows()).containsExactly("a=2");
  }

  /** A crash empties tables that are not logged: what was staged is gone, and that must be seen. */
  @ParameterizedTest
  @CsvSource({"Append", "Upsert"})
  void aServerThatCrashesBetweenStagingAndCommitLosesNoResult(String mode) throws Exception {
    try (EmbeddedPostgres server = RealPostgres.start()) {
      RealPostgres own = RealPostgres.fresh(server);
      own.run("CREATE TABLE results (word text PRIMARY KEY, n bigint)");
      ResultStage stage =
          new ResultStage(
              own, ResultStage.jdbc(own, mode, false), ResultStage.WORDS, ResultStage.BY_WORD);
      PostgresResultSink sink = stage.opened();
      write(sink, 1, ranges(0, 1, 0, 0), row("a", 1L));
      Staged lost = stage(sink, 2, 2, row("b", 1L), row("c", 1L));
      kill(server);
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .ignoreException(IllegalStateException.class)
          .until(() -> stage.staged(1) == 0);
      Staged kept = stage(sink, 2, 3, row("d", 1L));
      Trouble gone = trouble(() -> sink.commit(2, List.of(lost, kept), ranges(1, 2, 0, 0)));
      assertThat(gone.reason()).isEqualTo(Reason.SinkUnavailable);
      assertThat(gone.getMessage()).contains("of 3 results").contains("there are 1 left");
      assertThat(stage.rows()).containsExactly("a=1");
      assertThat(stage.ledger()).isEqualTo("1,0");
      Staged again = stage(sink, 2, 4, row("b", 1L), row("c", 1L));
      assertThat(sink.commit(2, List.of(again, kept), ranges(1, 2, 0, 0))).isTrue();
      assertThat(stage.rows()).containsExactly("a=1", "b=1", "c=1", "d=1");
    }
  }

  /** Any client of the server will do: the postmaster treats the death of one as a crash of all. */
  private static void kill(EmbeddedPostgres server) throws Exception {
    try (Connection victim = server.getPostgresDatabase().getConnection();
        Statement statement = victim.createStatement();
        java.sql.ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()")) {
      pid.next();
      ProcessHandle.of(pid.getLong(1)).orElseThrow().destroyForcibly();
    }
  }
}
