package dev.tidemark.job.owner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.job.outcome.Reason;
import dev.tidemark.job.outcome.Trouble;
import dev.tidemark.job.real.S3Stub;
import dev.tidemark.job.real.S3Stub.Fault;
import dev.tidemark.job.settings.Settings;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rules against a stub that everybody has, and what only a stub can do: lose answers at the
 * right moment.
 */
class StubOwnershipTest extends OwnershipRules {

  @TempDir Path etc;
  private final S3Stub stub = new S3Stub();

  @BeforeEach
  void mount() {
    Secrets.mount(etc, "user", "password");
    stub.faults(request -> Fault.NONE);
  }

  @AfterEach
  void stop() {
    System.clearProperty("tidemark.etc");
    stub.close();
  }

  @Override
  Jobs jobs() {
    return new Jobs(stub.endpoint(), "streams");
  }

  @Override
  void put(String key) {
    stub.put(key, "x");
  }

  @Override
  void delete(String key) {
    stub.delete(key);
  }

  @Override
  boolean exists(String key) {
    return stub.all().containsKey(key);
  }

  @Override
  @Test
  void aBucketThatIsNotThereIsNamed() {
    stub.faults(request -> Fault.NO_BUCKET);
    super.aBucketThatIsNotThereIsNamed();
  }

  @Test
  void aWriteWhoseAnswerWasLostCostsAnEpochAndNothingElse() {
    Settings job = jobs().job(root + "/a", "a");
    OwnerRecord first = take(job);
    stub.losesTheFirstAnswerTo("PUT");
    OwnerRecord after = take(job);
    assertThat(after.lastEpoch()).isEqualTo(3);
    assertThat(after.jobId()).isEqualTo(first.jobId());
  }

  @Test
  void aFirstWriteWhoseAnswerWasLostIsFoundAgain() {
    stub.losesTheFirstAnswerTo("PUT");
    assertThat(take(jobs().job(root + "/a", "a")).lastEpoch()).isEqualTo(2);
  }

  @Test
  void refusedCredentialsAndABrokenStoreAreReasonsToWait() {
    stub.faults(request -> Fault.DENIED);
    Trouble denied = refused(jobs().job(root + "/a", "a"));
    assertThat(denied.reason()).isEqualTo(Reason.StoreAccessDenied);
    assertThat(denied.getMessage()).contains("AccessDenied").doesNotContain("password");
    stub.faults(request -> Fault.BROKEN);
    Settings job = jobs().job(root + "/a", "a");
    assertThat(
            org.assertj.core.api.Assertions.catchThrowableOfType(Trouble.class, () -> take(job))
                .reason())
        .isEqualTo(Reason.StoreUnavailable);
  }

  @Test
  void aRecordThatCannotBeReadIsNeverOverwritten() {
    for (String text : new String[] {"{not json", "{}", "{\"contract\":1,\"jobId\":\"x\"}", ""}) {
      stub.put(root + "/a/_tidemark/job.json", text);
      Trouble refused = refused(jobs().job(root + "/a", "a"));
      assertThat(refused.reason()).isEqualTo(Reason.CheckpointInUse);
      assertThat(refused.getMessage()).contains("cannot be read");
      assertThat(stub.all()).containsEntry(root + "/a/_tidemark/job.json", text);
    }
  }

  @Test
  void aRecordOfANewerVersionIsLeftAlone() {
    take(jobs().job(root + "/a", "a"));
    String key = root + "/a/_tidemark/job.json";
    stub.put(key, stub.all().get(key).replace("\"contract\" : 1", "\"contract\" : 2"));
    assertThat(refused(jobs().job(root + "/a", "a")).getMessage()).contains("newer version");
  }

  /**
   * The race of a path and one inside it: both look, both write, and then at least one goes away.
   */
  @Test
  void aPathAndOneInsideItTakenAtTheSameMomentDoNotBothStay() {
    Settings outer = jobs().job(root + "/a", "outer");
    AtomicInteger puts = new AtomicInteger();
    stub.faults(
        request -> {
          if (request.startsWith("PUT " + root + "/a/_tidemark") && puts.incrementAndGet() == 1) {
            stub.put(root + "/a/b/_tidemark/job.json", record("inner"));
          }
          return Fault.NONE;
        });
    Trouble refused =
        org.assertj.core.api.Assertions.catchThrowableOfType(Trouble.class, () -> take(outer));
    assertThat(refused.reason()).isEqualTo(Reason.CheckpointInUse);
    assertThat(refused.getMessage()).contains("demo/inner");
    assertThat(exists(root + "/a/_tidemark/job.json")).isFalse();
  }

  private static String record(String name) {
    return "{\"contract\":1,\"jobId\":\"x\",\"cluster\":\"c1\",\"namespace\":\"demo\",\"name\":\""
        + name
        + "\",\"uid\":\"u\",\"createdAt\":\"2026-01-01T00:00:00Z\",\"attempt\":1,\"revision\":1,"
        + "\"definitionDigest\":\"d\",\"lastEpoch\":1,\"floorEpoch\":0,\"lastRestoreId\":null}";
  }

  @Test
  void fieldsARestoreWroteAreKept() {
    take(jobs().job(root + "/a", "a"));
    String key = root + "/a/_tidemark/job.json";
    stub.put(
        key,
        stub.all()
            .get(key)
            .replace("\"floorEpoch\" : 0", "\"floorEpoch\" : 5")
            .replace("\"lastRestoreId\" : null", "\"lastRestoreId\" : \"r7\""));
    OwnerRecord next = take(jobs().job(root + "/a", "a"));
    assertThat(next.floorEpoch()).isEqualTo(5);
    assertThat(next.lastRestoreId()).isEqualTo("r7");
  }
}
