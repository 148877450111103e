package dev.tidemark.job.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.RealPostgres;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A sink is changed to and fro, and runs die between any two steps of a hand-over. */
class MovedLedgerTest {
  private static final String JOB = "0123456789abcdef0123456789abcdef";
  private static final Partition P0 = new Partition("events", 0);
  private static final Partition P1 = new Partition("events", 1);
  private static final LedgerIdentity KAFKA =
      new LedgerIdentity("cluster-1", Map.of("events", "topic-id-1"));

  private final RealPostgres one = RealPostgres.fresh();
  private final RealPostgres other = RealPostgres.fresh();

  /** What the operator would tell the next attempt. */
  private record Attempt(RealPostgres sink, RealPostgres before) {
    Attempt next(RealPostgres to) {
      return new Attempt(to, to == sink ? before : sink);
    }
  }

  private static final class Death extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Dies before or after one of the steps that write. */
  private static final class Dying implements Ledger {
    private final Ledger real;
    private final int[] steps;

    Dying(Ledger real, int[] steps) {
      this.real = real;
      this.steps = steps;
    }

    private <T> T step(Supplier<T> work) {
      die();
      T result = work.get();
      die();
      return result;
    }

    private void die() {
      if (steps[0]-- == 0) {
        throw new Death();
      }
    }

    @Override
    public void connect() {
      real.connect();
    }

    @Override
    public Optional<LedgerState> read(String jobId) {
      return real.read(jobId);
    }

    @Override
    public LedgerState takeEpoch(String jobId, long epoch, int revision) {
      return step(() -> real.takeEpoch(jobId, epoch, revision));
    }

    @Override
    public Optional<Position> seal(String jobId, long epoch) {
      return step(() -> real.seal(jobId, epoch));
    }

    @Override
    public LedgerState takeOver(String jobId, long epoch, int revision, Position position) {
      return step(() -> real.takeOver(jobId, epoch, revision, position));
    }

    @Override
    public LedgerState open(
        String jobId, long epoch, LedgerIdentity identity, Map<Partition, Long> starting) {
      return step(() -> real.open(jobId, epoch, identity, starting));
    }

    @Override
    public LedgerState skip(String jobId, long epoch, List<Skipped> ranges) {
      return step(() -> real.skip(jobId, epoch, ranges));
    }

    @Override
    public String shown() {
      return real.shown();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  private static PostgresLedger ledger(RealPostgres postgres) {
    return new PostgresLedger(postgres.jdbc("events"));
  }

  @Test
  void nothingIsLostWhateverDies() {
    long seed = Long.getLong("seed", System.nanoTime());
    Random random = new Random(seed);
    System.out.println("MovedLedgerTest: -Dseed=" + seed);
    Attempt attempt = new Attempt(one, null);
    long done = 0;
    long epoch = 0;
    for (int i = 0; i < 150; i++) {
      attempt = i == 0 ? attempt : attempt.next(random.nextInt(3) == 0 ? other : one);
      epoch++;
      int[] steps = {random.nextInt(12)};
      Attempt of = attempt;
      Ledger now = new Dying(ledger(of.sink()), steps);
      try (Ledger ledger =
          of.before() == null
              ? now
              : new MovedLedger(now, () -> new Dying(ledger(of.before()), steps))) {
        Optional<LedgerState> seen = ledger.read(JOB);
        if (i > 10) {
          assertThat(seen.orElseThrow().until()).as("before run %d", i).containsEntry(P0, done);
        }
        ledger.takeEpoch(JOB, epoch, 1);
        LedgerState opened = ledger.open(JOB, epoch, KAFKA, Map.of(P0, 0L, P1, 7L));
        assertThat(opened.until()).isEqualTo(Map.of(P0, done, P1, 7L));
        assertThat(opened.sealed()).isFalse();
        onlyThisMayCommit(of, epoch);
        done += random.nextInt(100);
        commit(of.sink(), done);
      } catch (Death e) {
        // The next attempt goes on.
      }
    }
    assertThat(done).isPositive();
  }

  private void onlyThisMayCommit(Attempt of, long epoch) {
    RealPostgres elsewhere = of.sink() == one ? other : one;
    for (long zombie = Math.max(1, epoch - 3); zombie <= epoch; zombie++) {
      long by = zombie;
      try (PostgresLedger ledger = ledger(elsewhere)) {
        if (ledger.read(JOB).isPresent()) {
          assertThatThrownBy(() -> ledger.open(JOB, by, KAFKA, Map.of()))
              .isInstanceOf(Trouble.class);
        }
      }
      if (by < epoch) {
        try (PostgresLedger ledger = ledger(of.sink())) {
          assertThatThrownBy(() -> ledger.open(JOB, by, KAFKA, Map.of()))
              .isInstanceOf(Trouble.class);
        }
      }
    }
  }

  private static void commit(RealPostgres sink, long until) {
    sink.run("UPDATE tidemark_offsets SET until_offset = " + until + " WHERE partition = 0");
  }

  /** The first run died before it opened the ledger, then the table was changed. */
  @Test
  void anotherTableBesideTheSameLedger() {
    try (PostgresLedger ledger = ledger(one)) {
      ledger.takeEpoch(JOB, 1, 1);
    }
    try (Ledger moved =
        new MovedLedger(ledger(one), () -> new PostgresLedger(one.jdbc("former_events")))) {
      assertThat(moved.takeEpoch(JOB, 2, 2).sealed()).isFalse();
      assertThat(moved.open(JOB, 2, KAFKA, Map.of(P0, 3L)).until()).isEqualTo(Map.of(P0, 3L));
    }
  }

  @Test
  void aLedgerBeforeThatIsAwayIsNamed() {
    try (PostgresLedger ledger = ledger(one)) {
      ledger.takeEpoch(JOB, 1, 1);
      ledger.open(JOB, 1, KAFKA, Map.of(P0, 5L));
    }
    try (Ledger moved =
        new MovedLedger(
            ledger(other), () -> new PostgresLedger(one.jdbc(1, "postgres", "events", false)))) {
      moved.connect(); // the sink itself answers
      assertThatThrownBy(() -> moved.read(JOB))
          .isInstanceOfSatisfying(
              Trouble.class, e -> assertThat(e.reason()).isEqualTo(Reason.SinkUnavailable))
          .hasMessageContaining("still in the ledger of its sink before");
    }
    try (Ledger moved = new MovedLedger(ledger(other), () -> ledger(one))) {
      assertThat(moved.takeEpoch(JOB, 2, 2).until()).isEqualTo(Map.of(P0, 5L));
    }
    try (Ledger moved =
        new MovedLedger(
            ledger(other),
            () -> {
              throw new AssertionError("nobody asks for it any more");
            })) {
      assertThat(moved.read(JOB).orElseThrow().until()).isEqualTo(Map.of(P0, 5L));
      moved.takeEpoch(JOB, 3, 2);
    }
  }
}
