package dev.tidemark.job.sink.postgres;

import static dev.tidemark.job.sink.EventRecords.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.sink.Written;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgramSinkTest {
  private final RealPostgres postgres = RealPostgres.fresh();
  private SinkStage stage;
  private ProgramSink sink;

  @BeforeEach
  void begin() {
    stage = SinkStage.of(postgres).epoch(1, 5);
    sink = new ProgramSink(stage.jdbc, stage.job, 1);
  }

  private static long insert(Connection connection) throws SQLException {
    return connection.createStatement().executeUpdate("INSERT INTO results VALUES ('a'), ('b')");
  }

  private Trouble refused(long from, long until, ProgramSink.Work work) {
    return catchThrowableOfType(Trouble.class, () -> sink.partition(range(from, until), work));
  }

  private void assertNothingHappened() {
    assertThat(stage.until()).isEqualTo(5);
    assertThat(stage.values()).isEmpty();
  }

  @Test
  void rowsAndLedgerMoveTogetherAndOnce() {
    assertThat(sink.partition(range(5, 9), ProgramSinkTest::insert))
        .isEqualTo(new Written(4, 2, false));
    assertThat(sink.partition(range(5, 9), ProgramSinkTest::insert).skipped()).isTrue();
    assertThat(stage.until()).isEqualTo(9);
    assertThat(stage.values()).containsExactly("a", "b");
  }

  @Test
  void whatThrowsTakesBothBack() {
    Trouble failed =
        refused(
            5,
            9,
            connection -> {
              insert(connection);
              throw new IllegalStateException("no more paper");
            });
    assertThat(failed.reason()).isEqualTo(Reason.BatchFailed);
    assertThat(failed).hasMessageContaining("no more paper");
    Trouble row =
        refused(
            5,
            9,
            connection -> {
              insert(connection);
              return connection.createStatement().executeUpdate("SELECT 1 / 0");
            });
    assertThat(row.reason()).isEqualTo(Reason.SinkRejectedRow);
    assertNothingHappened();
  }

  @Test
  void aRangeThatTheLedgerDoesNotExpectIsRefused() {
    assertThat(refused(6, 9, ProgramSinkTest::insert).reason()).isEqualTo(Reason.OffsetGap);
    assertThat(refused(3, 9, ProgramSinkTest::insert).reason())
        .isEqualTo(Reason.CheckpointDiverged);
    stage.epoch(2, 0);
    assertThat(refused(5, 9, ProgramSinkTest::insert).reason()).isEqualTo(Reason.Fenced);
    assertNothingHappened();
  }

  @Test
  void theTransactionIsNotTheProgramsToEnd() {
    Trouble refused =
        refused(
            5,
            9,
            connection -> {
              insert(connection);
              connection.commit();
              return 2;
            });
    assertThat(refused).hasMessageContaining("commit was called on a connection of Tidemark's");
    assertNothingHappened();
    sink.partition(
        range(5, 9),
        connection -> {
          try (Connection mine = connection) {
            return insert(mine);
          }
        });
    assertThat(stage.until()).isEqualTo(9);
  }

  @Test
  void resultsOfAWholeBatch() {
    List<dev.tidemark.job.ledger.PartitionRange> batch = List.of(range(5, 9));
    assertThat(sink.batch(batch, ProgramSinkTest::insert)).isEqualTo(new Written(4, 2, false));
    assertThat(sink.batch(batch, ProgramSinkTest::insert).skipped()).isTrue();
    assertThat(stage.values()).containsExactly("a", "b");
  }

  @Test
  void aSessionThatDiedWhileItRestedIsReplaced() {
    sink.partition(range(5, 9), connection -> 0);
    stage.terminateSessions();
    sink.partition(range(9, 10), ProgramSinkTest::insert);
    assertThat(stage.until()).isEqualTo(10);
  }
}
