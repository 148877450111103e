package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.postgres.ResultStage.ranges;
import static dev.tidemark.job.sink.postgres.ResultStage.row;
import static dev.tidemark.job.sink.postgres.ResultStage.stage;
import static dev.tidemark.job.sink.postgres.ResultStage.trouble;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.Database;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The database is put back, or fails over to a copy that lags: what a run has seen there is gone.
 */
class DatabaseThatWentBackTest {
  private final RealPostgres postgres = RealPostgres.fresh();

  /** The copy was made before the run took its epoch, and so has no table where it stages. */
  private PostgresResultSink secondRunOnACopyFromTheFirst(ResultStage stage) {
    stage.opened();
    stage.epoch(2);
    PostgresResultSink second = stage.sink(2);
    second.open();
    stage(second, 1, 1, row("a", 1L)); // now it knows the ledger
    postgres.run("UPDATE tidemark_jobs SET epoch = 1", "DROP TABLE " + stage.stagingTable(2));
    return second;
  }

  @Test
  void everyTaskSaysSo() {
    PostgresResultSink sink = secondRunOnACopyFromTheFirst(ResultStage.upserting(postgres));
    for (int task = 2; task < 5; task++) {
      int attempt = task;
      Trouble back = trouble(() -> stage(sink, 2, attempt, row("a", 1L)));
      assertThat(back.reason()).as("task " + task).isEqualTo(Reason.LedgerWentBack);
      assertThat(back).hasMessageContaining("of epoch 1, which was before this run, epoch 2");
    }
  }

  @Test
  void nothingIsCommitted() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = secondRunOnACopyFromTheFirst(stage);
    assertThat(trouble(() -> sink.commit(2, List.of(), ranges(0, 1, 0, 0))).reason())
        .isEqualTo(Reason.LedgerWentBack);
    assertThat(stage.rows()).isEmpty();
    assertThat(stage.ledger()).isEqualTo("0,0");
  }

  @Test
  void theLedgerIsGoneWithItsTables() {
    ResultStage stage = ResultStage.upserting(postgres);
    PostgresResultSink sink = secondRunOnACopyFromTheFirst(stage);
    postgres.run("DROP TABLE tidemark_jobs, tidemark_offsets");
    for (int task = 2; task < 4; task++) {
      int attempt = task;
      assertThat(trouble(() -> stage(sink, 2, attempt, row("a", 1L))).reason())
          .as("task " + task)
          .isEqualTo(Reason.LedgerWentBack);
    }
  }

  /** What PostgreSQL answers while it is copied, and while an operator takes it out of use. */
  @Test
  void aDatabaseThatTakesNoConnectionsIsAway() {
    RealPostgres closed = RealPostgres.fresh();
    String name = closed.one("SELECT current_database()");
    postgres.run("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false");
    Trouble away = trouble(() -> new Database(closed.jdbc("results")).connect("any"));
    assertThat(away.reason()).isEqualTo(Reason.SinkUnavailable);
    assertThat(away).hasMessageContaining("takes no connections").hasMessageContaining(name);
  }
}
