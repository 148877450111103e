package dev.tidemark.job.owner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.settings.Settings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** The rules of ownership; run against every store the tests have. */
abstract class OwnershipRules {

  /** Nobody else's corner of the bucket. */
  final String root = "t-" + UUID.randomUUID();

  abstract Jobs jobs();

  abstract void put(String key);

  abstract void delete(String key);

  abstract boolean exists(String key);

  static OwnerRecord take(Settings settings) {
    return take(settings, 0);
  }

  static OwnerRecord take(Settings settings, long atLeast) {
    try (S3Ownership ownership = new S3Ownership(settings)) {
      ownership.check(settings);
      return ownership.takeEpoch(settings, atLeast);
    }
  }

  static Trouble refused(Settings settings) {
    Trouble checked =
        catchThrowableOfType(
            Trouble.class,
            () -> {
              try (S3Ownership ownership = new S3Ownership(settings)) {
                ownership.check(settings);
              }
            });
    Trouble taken =
        catchThrowableOfType(
            Trouble.class,
            () -> {
              try (S3Ownership ownership = new S3Ownership(settings)) {
                ownership.takeEpoch(settings, 0);
              }
            });
    assertThat(taken)
        .as("check accepts what taking refuses, or the other way round")
        .hasMessage(checked.getMessage());
    return checked;
  }

  @Test
  void theFirstRunCreatesTheRecordAndLaterOnesCountUp() {
    Settings job = jobs().job(root + "/a", "a");
    try (S3Ownership ownership = new S3Ownership(job)) {
      assertThat(ownership.read()).isEmpty();
      ownership.check(job);
      assertThat(exists(root + "/a/_tidemark/job.json")).isFalse();
      OwnerRecord first = ownership.takeEpoch(job, 0);
      assertThat(first.lastEpoch()).isEqualTo(1);
      assertThat(first.revision()).isEqualTo(1);
      assertThat(first.jobId()).matches("[0-9a-f]{32}");
      assertThat(ownership.read()).contains(first);
      OwnerRecord second = ownership.takeEpoch(job, 0);
      assertThat(second.lastEpoch()).isEqualTo(2);
      assertThat(second.jobId()).isEqualTo(first.jobId());
      assertThat(ownership.takeEpoch(job, 40).lastEpoch()).isEqualTo(41);
    }
    assertThat(take(job).lastEpoch()).isEqualTo(42);
  }

  @Test
  void anotherDefinitionIsAnotherRevisionAndGoingBackIsOneMore() {
    String path = root + "/a";
    assertThat(take(jobs().job(path, "c1", "a", "u", Jobs.FIRST, 1, "d1")).revision()).isEqualTo(1);
    assertThat(take(jobs().job(path, "c1", "a", "u", Jobs.FIRST, 2, "d2")).revision()).isEqualTo(2);
    assertThat(take(jobs().job(path, "c1", "a", "u", Jobs.FIRST, 3, "d1")).revision()).isEqualTo(3);
    assertThat(take(jobs().job(path, "c1", "a", "u", Jobs.FIRST, 3, "d1")).revision()).isEqualTo(3);
  }

  @Test
  void aJobWhoseLedgerWasOpenedDoesNotBeginFromZeroElsewhere() {
    Settings job = jobs().job(root + "/a", "a");
    try (S3Ownership first = new S3Ownership(job)) {
      first.takeEpoch(job, 0);
      first.requireLedger(
          false, "jdbc:postgresql://pg/db"); // died before its ledger was opened: begins again
      assertThat(first.ledgerOpened().ledgerOpened()).isTrue();
    }
    try (S3Ownership next = new S3Ownership(job)) {
      next.check(job);
      next.requireLedger(true, "jdbc:postgresql://pg/db");
      Trouble refused =
          catchThrowableOfType(
              Trouble.class, () -> next.requireLedger(false, "jdbc:postgresql://other/db"));
      assertThat(refused.reason()).isEqualTo(Reason.LedgerMissing);
      assertThat(refused.getMessage()).contains("jdbc:postgresql://other/db");
      assertThat(next.takeEpoch(job, 0).ledgerOpened()).isTrue();
    }
  }

  @Test
  void aRunThatWasOvertakenDoesNotTouchTheRecord() {
    Settings job = jobs().job(root + "/a", "a");
    try (S3Ownership early = new S3Ownership(job)) {
      early.takeEpoch(job, 0);
      take(job);
      Trouble refused = catchThrowableOfType(Trouble.class, early::ledgerOpened);
      assertThat(refused.reason()).isEqualTo(Reason.Fenced);
    }
  }

  @Test
  void anOlderAttemptIsSupersededAndToldTheNewerOne() {
    String path = root + "/a";
    take(jobs().job(path, "c1", "a", "u", Jobs.FIRST, 7, "d1"));
    Trouble refused = refused(jobs().job(path, "c1", "a", "u", Jobs.FIRST, 6, "d1"));
    assertThat(refused.reason()).isEqualTo(Reason.Superseded);
    assertThat(refused.getMessage()).contains("attempt is 7");
  }

  @Test
  void aJobDeletedAndCreatedAgainGoesOnAndTheOldOneDoesNot() {
    String path = root + "/a";
    OwnerRecord before = take(jobs().job(path, "c1", "a", "u1", Jobs.FIRST, 7, "d1"));
    OwnerRecord after =
        take(jobs().job(path, "c1", "a", "u2", Jobs.FIRST.plusSeconds(60), 1, "d1"));
    assertThat(after.jobId()).isEqualTo(before.jobId());
    assertThat(after.lastEpoch()).isEqualTo(2);
    assertThat(after.attempt()).isEqualTo(1);
    assertThat(refused(jobs().job(path, "c1", "a", "u1", Jobs.FIRST, 8, "d1")).reason())
        .isEqualTo(Reason.Superseded);
  }

  @Test
  void anotherJobsPathIsRefusedAndTheOwnerNamed() {
    take(jobs().job(root + "/a", "a"));
    Trouble other = refused(jobs().job(root + "/a", "b"));
    assertThat(other.reason()).isEqualTo(Reason.CheckpointInUse);
    assertThat(other.getMessage()).contains("belongs to job demo/a;");
    assertThat(
            refused(jobs().job(root + "/a/", "c2", "a", "uid-a", Jobs.FIRST, 9, "d")).getMessage())
        .contains("of another cluster (c1)");
  }

  @Test
  void pathsAboveAndBelowAreRefusedAndNamed() {
    take(jobs().job(root + "/x/a", "a"));
    assertThat(refused(jobs().job(root + "/x/a/inner", "b")).getMessage())
        .contains("lies inside s3a://")
        .contains("/x/a, which belongs to job demo/a");
    assertThat(refused(jobs().job(root + "/x/a/r000001/deep/er", "b")).getMessage())
        .contains("lies inside");
    assertThat(refused(jobs().job(root + "/x", "b")).getMessage())
        .contains("contains s3a://")
        .contains("demo/a");
    assertThat(refused(jobs().job(root, "b")).getMessage()).contains("demo/a");
    take(jobs().job(root + "/x/ab", "b"));
  }

  @Test
  void aJobHiddenInARevisionPrefixIsFound() {
    take(jobs().job(root + "/x/r000001/hidden", "a"));
    assertThat(refused(jobs().job(root + "/x", "b")).getMessage())
        .contains("contains")
        .contains("demo/a");
  }

  @Test
  void foreignObjectsAreRefusedAndNamed() {
    put(root + "/a/readme.txt");
    put(root + "/a/data/part-0");
    Trouble refused = refused(jobs().job(root + "/a", "a"));
    assertThat(refused.reason()).isEqualTo(Reason.CheckpointInUse);
    assertThat(refused.getMessage())
        .contains("data/")
        .contains("readme.txt")
        .contains("choose an empty");
    assertThat(exists(root + "/a/_tidemark/job.json")).isFalse();
  }

  @Test
  void checkpointsWithoutARecordAreNobodys() {
    put(root + "/a/r000001/e0000000001/checkpoint-1");
    assertThat(refused(jobs().job(root + "/a", "a")).getMessage()).contains("no owner record");
  }

  @Test
  void whatALostRecordLeftBehindIsTakenByTheJobThatTheLedgerKnows() {
    put(root + "/a/r000004/e0000000009/checkpoint-1");
    try (S3Ownership ownership = new S3Ownership(jobs().job(root + "/a", "a"))) {
      Settings job = jobs().job(root + "/a", "a");
      Trouble refused =
          org.assertj.core.api.Assertions.catchThrowableOfType(
              Trouble.class, () -> ownership.check(job));
      assertThat(refused.reason()).isEqualTo(Reason.OwnerRecordMissing);
      ownership.adopt("job-of-before", 4);
      OwnerRecord taken = ownership.takeEpoch(job, 9);
      assertThat(taken.jobId()).isEqualTo("job-of-before");
      assertThat(taken.revision()).isEqualTo(5);
      assertThat(taken.lastEpoch()).isEqualTo(10);
      assertThat(ownership.read()).contains(taken);
    }
  }

  @Test
  void aRecordThatIsDeletedUnderARunComesBackAndThatOfALaterRunStays() {
    Settings job = jobs().job(root + "/a", "a");
    try (S3Ownership ownership = new S3Ownership(job)) {
      OwnerRecord taken = ownership.takeEpoch(job, 0);
      assertThat(ownership.putBack()).isFalse();
      delete(root + "/a/_tidemark/job.json");
      assertThat(ownership.putBack()).isTrue();
      assertThat(ownership.read()).contains(taken);
    }
    try (S3Ownership older = new S3Ownership(job);
        S3Ownership later = new S3Ownership(job)) {
      older.takeEpoch(job, 0);
      OwnerRecord newest = later.takeEpoch(job, 0);
      assertThat(older.putBack()).isFalse();
      assertThat(later.read()).contains(newest);
    }
  }

  @Test
  void ofManyRunsAtOnceEachGetsAnEpochOfItsOwn() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    List<Future<OwnerRecord>> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(pool.submit(() -> take(jobs().job(root + "/a", "a"))));
    }
    Set<Long> epochs = new HashSet<>();
    Set<String> ids = new HashSet<>();
    for (Future<OwnerRecord> one : all) {
      epochs.add(one.get().lastEpoch());
      ids.add(one.get().jobId());
    }
    pool.shutdown();
    assertThat(epochs).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
    assertThat(ids).hasSize(1);
  }

  @Test
  void ofTwoJobsAtOnceOnOnePathOneWins() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    List<Future<String>> both = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      both.add(
          pool.submit(
              () -> {
                try {
                  return take(jobs().job(root + "/a", name)).name();
                } catch (Trouble e) {
                  return e.reason().name();
                }
              }));
    }
    assertThat(List.of(both.get(0).get(), both.get(1).get()))
        .contains("CheckpointInUse")
        .containsAnyOf("a", "b");
    pool.shutdown();
  }

  @Test
  void aBucketThatIsNotThereIsNamed() {
    Settings job = new Jobs(jobs().endpoint(), "no-such-bucket").job("a", "a");
    Trouble refused = refused(job);
    assertThat(refused.reason()).isEqualTo(Reason.BucketNotFound);
    assertThat(refused.getMessage()).contains("no-such-bucket");
  }

  @Test
  void aStoreThatDoesNotAnswerIsAReasonToWait() {
    assertThat(refused(new Jobs("http://127.0.0.1:1", "streams").job("a", "a")).reason())
        .isEqualTo(Reason.StoreUnavailable);
  }
}
