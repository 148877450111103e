package dev.tidemark.job.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.CuttingProxy;
import dev.tidemark.job.real.CuttingProxy.Cut;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.settings.Settings;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PostgresLedgerTest {

  private static final String JOB = "0123456789abcdef0123456789abcdef";
  private static final Partition P0 = new Partition("events", 0);
  private static final Partition P1 = new Partition("events", 1);
  private static final LedgerIdentity KAFKA =
      new LedgerIdentity("cluster-1", Map.of("events", "topic-id-1"));

  private final RealPostgres postgres = RealPostgres.fresh();

  private PostgresLedger ledger() {
    return new PostgresLedger(postgres.jdbc("events"));
  }

  private static Reason reason(Runnable work) {
    return catchThrowableOfType(Trouble.class, work::run).reason();
  }

  @Test
  void aLedgerThatNeverHeardOfTheJobIsEmptyAndReadingCreatesNothing() {
    try (PostgresLedger ledger = ledger()) {
      assertThat(ledger.read(JOB)).isEmpty();
      assertThat(postgres.list("SELECT relname FROM pg_class WHERE relname LIKE 'tidemark%'"))
          .isEmpty();
    }
  }

  @Test
  void epochsOnlyGrow() {
    try (PostgresLedger ledger = ledger()) {
      assertThat(ledger.takeEpoch(JOB, 3, 1)).isEqualTo(new LedgerState(3, 1, false, Map.of()));
      assertThat(ledger.takeEpoch(JOB, 7, 2)).isEqualTo(new LedgerState(7, 2, false, Map.of()));
      assertThat(reason(() -> ledger.takeEpoch(JOB, 7, 2))).isEqualTo(Reason.Fenced);
      assertThat(reason(() -> ledger.takeEpoch(JOB, 5, 2))).isEqualTo(Reason.Fenced);
      assertThat(ledger.read(JOB).orElseThrow().epoch()).isEqualTo(7);
      assertThat(ledger.read("another")).isEmpty();
    }
  }

  @Test
  void aSealedLedgerTakesNoEpoch() {
    try (PostgresLedger ledger = ledger()) {
      ledger.takeEpoch(JOB, 1, 1);
      postgres.run("UPDATE tidemark_jobs SET state = 'sealed'");
      assertThat(reason(() -> ledger.takeEpoch(JOB, 2, 1))).isEqualTo(Reason.LedgerSealed);
      assertThat(reason(() -> ledger.open(JOB, 1, KAFKA, Map.of(P0, 1L))))
          .isEqualTo(Reason.LedgerSealed);
      assertThat(ledger.read(JOB).orElseThrow().sealed()).isTrue();
    }
  }

  @Test
  void openingKeepsTheOffsetsOfKnownPartitions() {
    try (PostgresLedger ledger = ledger()) {
      ledger.takeEpoch(JOB, 1, 1);
      assertThat(ledger.open(JOB, 1, KAFKA, Map.of(P0, 10L)).until()).isEqualTo(Map.of(P0, 10L));
      assertThat(ledger.open(JOB, 1, KAFKA, Map.of(P0, 99L, P1, 5L)).until())
          .isEqualTo(Map.of(P0, 10L, P1, 5L));
      assertThat(ledger.takeEpoch(JOB, 2, 1).until()).isEqualTo(Map.of(P0, 10L, P1, 5L));
      assertThat(reason(() -> ledger.open(JOB, 1, KAFKA, Map.of(P1, 0L)))).isEqualTo(Reason.Fenced);
    }
  }

  @Test
  void anotherClusterOrARecreatedTopicIsRefusedWithTheWayOut() {
    try (PostgresLedger ledger = ledger()) {
      ledger.takeEpoch(JOB, 1, 1);
      ledger.open(JOB, 1, KAFKA, Map.of(P0, 10L));
      Trouble recreated =
          catchThrowableOfType(
              Trouble.class,
              () ->
                  ledger.open(
                      JOB,
                      1,
                      new LedgerIdentity("cluster-1", Map.of("events", "topic-id-2")),
                      Map.of()));
      assertThat(recreated.reason()).isEqualTo(Reason.TopicRecreated);
      assertThat(recreated.getMessage())
          .contains("topic-id-2")
          .contains("DELETE FROM \"public\".tidemark_offsets");
      assertThat(
              reason(
                  () ->
                      ledger.open(
                          JOB,
                          1,
                          new LedgerIdentity("c2", Map.of("events", "topic-id-1")),
                          Map.of())))
          .isEqualTo(Reason.TopicRecreated);
      // A topic the definition no longer names is nobody's business.
      ledger.open(
          JOB,
          1,
          new LedgerIdentity("cluster-1", Map.of("other", "x")),
          Map.of(new Partition("other", 0), 0L));
    }
  }

  @Test
  void brokersWithoutTopicIdsAreTakenByName() {
    LedgerIdentity old =
        new LedgerIdentity("cluster-1", Map.of("events", "AAAAAAAAAAAAAAAAAAAAAA"));
    try (PostgresLedger ledger = ledger()) {
      ledger.takeEpoch(JOB, 1, 1);
      ledger.open(JOB, 1, old, Map.of(P0, 10L));
      assertThat(ledger.open(JOB, 1, KAFKA, Map.of(P0, 0L)).until()).isEqualTo(Map.of(P0, 10L));
    }
  }

  @Test
  void itLiesInTheSchemaOfTheTable() {
    postgres.run("CREATE SCHEMA results", "CREATE TABLE results.events (value text)");
    postgres.run(
        "ALTER ROLE postgres IN DATABASE "
            + postgres.one("SELECT current_database()")
            + " SET search_path = public, results");
    try (PostgresLedger ledger = ledger()) {
      ledger.takeEpoch(JOB, 1, 1);
    }
    assertThat(postgres.one("SELECT to_regclass('results.tidemark_jobs') IS NOT NULL"))
        .isEqualTo("t");
    assertThat(postgres.one("SELECT to_regclass('public.tidemark_jobs') IS NULL")).isEqualTo("t");
  }

  @Test
  void manyJobsMayCreateTheTablesAtOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      String job = "job-" + i;
      all.add(
          pool.submit(
              () -> {
                try (PostgresLedger ledger = ledger()) {
                  ledger.takeEpoch(job, 1, 1);
                }
              }));
    }
    for (Future<?> one : all) {
      one.get(30, TimeUnit.SECONDS);
    }
    pool.shutdown();
    assertThat(postgres.one("SELECT count(*) FROM tidemark_jobs")).isEqualTo("8");
  }

  @Test
  void ofTwoRunsWithOneEpochOnlyOneWins() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    for (long epoch = 1; epoch <= 10; epoch++) {
      List<Future<Boolean>> both = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        long mine = epoch;
        both.add(
            pool.submit(
                () -> {
                  try (PostgresLedger ledger = ledger()) {
                    ledger.takeEpoch(JOB, mine, 1);
                    return true;
                  } catch (Trouble e) {
                    assertThat(e.reason()).isEqualTo(Reason.Fenced);
                    return false;
                  }
                }));
      }
      assertThat(both.get(0).get() ^ both.get(1).get()).isTrue();
    }
    pool.shutdown();
  }

  @Test
  void sessionsOfEarlierEpochsAreEndedAndThoseOfOtherJobsAreNot() throws Exception {
    Database database = new Database(postgres.jdbc("events"));
    try (PostgresLedger ledger = ledger();
        Connection zombie = database.connect(Database.sessionName(JOB, 1));
        Connection other = database.connect(Database.sessionName("another-job-of-this-db", 1))) {
      ledger.takeEpoch(JOB, 1, 1);
      try (Statement lock = zombie.createStatement()) {
        lock.execute("SELECT 1 FROM tidemark_jobs FOR SHARE");
      }
      long before = System.nanoTime();
      ledger.takeEpoch(JOB, 2, 1);
      assertThat(System.nanoTime() - before).isLessThan(15_000_000_000L);
      assertThat(zombie.isValid(2)).isFalse();
      assertThat(other.isValid(2)).isTrue();
    }
  }

  @Test
  void aRoleWithoutRightsIsToldWhatToRunAndItWorks() {
    postgres.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    String role = "poor_" + postgres.one("SELECT current_database()");
    postgres.run("CREATE ROLE " + role + " LOGIN");
    Settings.Jdbc jdbc = postgres.jdbc(postgres.port(), role, "events", false);
    try (PostgresLedger ledger = new PostgresLedger(jdbc)) {
      Trouble refused = catchThrowableOfType(Trouble.class, () -> ledger.takeEpoch(JOB, 1, 1));
      assertThat(refused.reason()).isEqualTo(Reason.LedgerPermissionDenied);
      String message = refused.getMessage();
      assertThat(message).contains(role);
      postgres.run(message.substring(message.indexOf("CREATE TABLE")));
      assertThat(ledger.takeEpoch(JOB, 1, 1).epoch()).isEqualTo(1);
      postgres.run("REVOKE ALL ON tidemark_offsets FROM " + role);
      assertThat(reason(() -> ledger.read(JOB))).isEqualTo(Reason.LedgerPermissionDenied);
    }
  }

  @Test
  void aDatabaseThatIsAwayIsAReasonToWait() {
    try (PostgresLedger nowhere =
            new PostgresLedger(
                new Settings.Jdbc("jdbc:postgresql://127.0.0.1:1/x", "t", false, "Append"));
        PostgresLedger unknown =
            new PostgresLedger(
                new Settings.Jdbc(
                    "jdbc:postgresql://no-such-host.invalid:5432/x", "t", false, "Append"))) {
      assertThat(reason(() -> nowhere.read(JOB))).isEqualTo(Reason.SinkUnavailable);
      assertThat(reason(() -> unknown.read(JOB))).isEqualTo(Reason.SinkUnavailable);
    }
  }

  @Test
  void aUrlOfAnotherKindIsRefused() {
    try (PostgresLedger ledger =
        new PostgresLedger(new Settings.Jdbc("jdbc:mysql://x/y", "t", false, "Append"))) {
      assertThat(reason(() -> ledger.read(JOB))).isEqualTo(Reason.InvalidSettings);
    }
  }

  @Test
  void aSessionThatDiedWhileItLayIdleIsReplaced() {
    try (PostgresLedger ledger = ledger()) {
      ledger.takeEpoch(JOB, 1, 1);
      postgres.run(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'tm-%'");
      assertThat(ledger.read(JOB)).isPresent();
    }
  }

  @Test
  void anEpochWhoseCommitWasNotAnsweredIsStillOurs() throws Exception {
    try (CuttingProxy proxy = new CuttingProxy(postgres.port(), "INSERT INTO");
        PostgresLedger ledger =
            new PostgresLedger(postgres.jdbc(proxy.port(), "postgres", "events", false))) {
      proxy.cut(Cut.BEFORE, Cut.NEVER);
      assertThat(reason(() -> ledger.takeEpoch(JOB, 1, 1))).isEqualTo(Reason.SinkUnavailable);
      assertThat(ledger.read(JOB)).isEmpty();
      assertThat(ledger.takeEpoch(JOB, 1, 1).epoch()).isEqualTo(1);
      proxy.cut(Cut.AFTER, Cut.NEVER);
      // Asked again on a new connection, since the first was an old one: the epoch is there, and it
      // is ours.
      assertThat(ledger.takeEpoch(JOB, 2, 1).epoch()).isEqualTo(2);
      assertThat(reason(() -> ledger.takeEpoch(JOB, 2, 1))).isEqualTo(Reason.Fenced);
    }
  }
}
