package dev.tidemark.job.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.ledger.LedgerState.Partition;
import dev.tidemark.job.real.RealPostgres;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A job whose owner record is lost is found again in its ledger. */
class OwnerColumnTest {
  private static final String JOB = "0123456789abcdef0123456789abcdef";
  private static final Partition P0 = new Partition("events", 0);
  private static final LedgerIdentity KAFKA =
      new LedgerIdentity("cluster-1", Map.of("events", "topic-id-1"));

  private final RealPostgres postgres = RealPostgres.fresh();

  @Test
  void aJobIsFoundByItsNameWhenItsOwnerRecordIsLost() {
    try (PostgresLedger ledger = new PostgresLedger(postgres.jdbc("events"), "c/ns/job s3a://a")) {
      assertThat(ledger.known("c/ns/job s3a://a")).as("before any table").isEmpty();
      ledger.takeEpoch(JOB, 3, 2);
      assertThat(ledger.known("c/ns/job s3a://a")).contains(new KnownJob(JOB, 2, 3));
      assertThat(ledger.known("c/ns/job s3a://b")).as("another path").isEmpty();
    }
    try (PostgresLedger nameless = new PostgresLedger(postgres.jdbc("events"))) {
      nameless.takeEpoch(JOB, 4, 2);
      assertThat(nameless.known("c/ns/job s3a://a")).as("kept").isPresent();
    }
  }

  @Test
  void tablesOfTheFirstVersionGetTheColumnThatTheyLack() {
    try (PostgresLedger ledger = new PostgresLedger(postgres.jdbc("events"), "c/ns/job s3a://a")) {
      ledger.takeEpoch(JOB, 3, 1);
      ledger.open(JOB, 3, KAFKA, Map.of(P0, 7L));
      postgres.run("ALTER TABLE tidemark_jobs DROP COLUMN owner");
      assertThat(ledger.known("c/ns/job s3a://a")).isEmpty();
      assertThat(ledger.read(JOB).orElseThrow().until()).isEqualTo(Map.of(P0, 7L));
      ledger.takeEpoch(JOB, 4, 1);
      assertThat(ledger.known("c/ns/job s3a://a")).isPresent();
      assertThat(ledger.read(JOB).orElseThrow().until()).isEqualTo(Map.of(P0, 7L));
    }
  }
}
