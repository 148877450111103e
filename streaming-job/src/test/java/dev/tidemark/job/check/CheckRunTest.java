package dev.tidemark.job.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerIdentity;
import dev.tidemark.job.ledger.LedgerState;
import dev.tidemark.job.ledger.PostgresLedger;
import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.owner.S3Ownership;
import dev.tidemark.job.real.RealPostgres;
import dev.tidemark.job.real.S3Stub;
import dev.tidemark.job.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything but Kafka is really there; with Kafka, the check run is a scenario of {@code e2e}. */
class CheckRunTest {

  @TempDir Path etc;
  private final RealPostgres postgres = RealPostgres.fresh();
  private final S3Stub store = new S3Stub();

  @BeforeEach
  void mount() throws IOException {
    Path secret = Files.createDirectories(etc.resolve("secrets/store"));
    Files.writeString(secret.resolve("AWS_ACCESS_KEY_ID"), "a");
    Files.writeString(secret.resolve("AWS_SECRET_ACCESS_KEY"), "b");
    System.setProperty("tidemark.etc", etc.toString());
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
    store.close();
  }

  private Settings settings(String filter, List<String> select, Settings.Jdbc jdbc) {
    return new Settings(
        1,
        new Settings.Job("c1", "demo", "a", "u", Instant.parse("2026-01-01T00:00:00Z")),
        1,
        1,
        "image",
        "digest",
        new Settings.Definition(
            "DStream",
            1000,
            new Settings.Source(List.of("events"), null, "Earliest", null),
            filter,
            select,
            null,
            new Settings.Sink(jdbc, null, null),
            null),
        new Settings.Runtime(
            new Settings.SourceRuntime(
                "127.0.0.1:1",
                Map.of("default.api.timeout.ms", "1500", "request.timeout.ms", "1000"),
                1000,
                "Stop",
                null),
            new Settings.Checkpoint("s3a://streams/a", "UseLedger", 10_000),
            new Settings.Upgrade("Savepoint"),
            new Settings.S3(store.endpoint(), "us-east-1", true),
            new Settings.Driver(1, 512),
            new Settings.Executor(0, 1, 512),
            Map.of(),
            "INFO",
            null,
            "lease"),
        null,
        null);
  }

  private void assertNothingWritten() {
    assertThat(store.all().keySet()).allMatch(key -> key.equals("a/readme"));
    assertThat(
            postgres.list(
                "SELECT relname FROM pg_class WHERE relname LIKE 'tidemark%' OR relname = 'made'"))
        .isEmpty();
  }

  @Test
  void whatAPersonMustChangeComesFirstAndAllOfItIsSaid() {
    store.put("a/readme", "x");
    Verdict verdict = CheckRun.run(settings("valu = 1", List.of(), postgres.jdbc("results")));
    assertThat(verdict.accepted()).isFalse();
    assertThat(verdict.reason()).isEqualTo(Reason.InvalidFilter);
    assertThat(verdict.message())
        .contains("unknown column 'valu'")
        .contains("readme")
        .contains("brokers");
    assertNothingWritten();
  }

  @Test
  void aMissingTableIsRefusedAndOneToBeCreatedIsNot() {
    assertThat(CheckRun.run(settings(null, List.of(), postgres.jdbc("results"))).reason())
        .isEqualTo(Reason.SinkTableMissing);
    Verdict waiting =
        CheckRun.run(
            settings(null, List.of(), postgres.jdbc(postgres.port(), "postgres", "made", true)));
    assertThat(waiting.reason()).isEqualTo(Reason.KafkaUnavailable);
    assertThat(
            CheckRun.run(
                    settings(
                        null,
                        List.of(),
                        postgres.jdbc(postgres.port(), "postgres", "nowhere.made", true)))
                .message())
        .contains("there is no schema nowhere");
    assertNothingWritten();
  }

  @Test
  void rightsAreLookedAtWithoutUsingThem() {
    String role = "poor_" + postgres.one("SELECT current_database()");
    postgres.run(
        "CREATE TABLE results (value text)",
        "CREATE ROLE " + role + " LOGIN",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    Settings.Jdbc jdbc = postgres.jdbc(postgres.port(), role, "results", false);
    assertThat(CheckRun.run(settings(null, List.of(), jdbc)).reason())
        .isEqualTo(Reason.SinkPermissionDenied);
    postgres.run("GRANT INSERT ON results TO " + role);
    Verdict ledger = CheckRun.run(settings(null, List.of(), jdbc));
    assertThat(ledger.reason()).isEqualTo(Reason.LedgerPermissionDenied);
    postgres.run("GRANT CREATE ON SCHEMA public TO " + role);
    assertThat(CheckRun.run(settings(null, List.of(), jdbc)).reason())
        .isEqualTo(Reason.KafkaUnavailable);
    assertNothingWritten();
  }

  @Test
  void aJobThatWroteBeforeMustFindItsLedger() {
    postgres.run("CREATE TABLE results (value text)");
    Settings job = settings(null, List.of(), postgres.jdbc("results"));
    String jobId;
    try (S3Ownership ownership = new S3Ownership(job)) {
      jobId = ownership.takeEpoch(job, 0).jobId();
      // Taken, but nothing was written yet: it may begin.
      assertThat(CheckRun.run(job).reason()).isEqualTo(Reason.KafkaUnavailable);
      assertThat(ownership.ledgerOpened().ledgerOpened()).isTrue();
    }
    Verdict missing = CheckRun.run(job);
    assertThat(missing.reason()).isEqualTo(Reason.LedgerMissing);
    assertThat(missing.message()).contains("holds no ledger").doesNotContain("user=");
    try (PostgresLedger ledger = new PostgresLedger(job.definition().sink().jdbc())) {
      ledger.takeEpoch(jobId, 1, 1);
      ledger.open(
          jobId,
          1,
          new LedgerIdentity("c", Map.of("events", "t")),
          Map.of(new LedgerState.Partition("events", 0), 0L));
    }
    assertThat(CheckRun.run(job).reason()).isEqualTo(Reason.KafkaUnavailable);
  }

  @Test
  void aDatabaseThatIsAwayIsAReasonToWait() {
    Verdict verdict =
        CheckRun.run(
            settings(
                null,
                List.of(),
                new Settings.Jdbc("jdbc:postgresql://127.0.0.1:1/x", "t", false, "Append")));
    assertThat(verdict.reason()).isEqualTo(Reason.SinkUnavailable);
    assertThat(verdict.reason().kind()).isEqualTo(Reason.Kind.WAIT);
    assertThat(new Trouble(verdict.reason(), verdict.message()))
        .hasMessageContaining("does not answer");
  }
}
