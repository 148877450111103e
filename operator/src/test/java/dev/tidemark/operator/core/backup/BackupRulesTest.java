package dev.tidemark.operator.core.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.operator.core.Problem;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.backup.BackupDecision.Phase;
import dev.tidemark.operator.core.backup.BackupDecision.Work;
import dev.tidemark.operator.core.backup.BackupObservation.Subject;
import dev.tidemark.operator.core.backup.RunSeen.State;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The life of a backup, case by case. */
class BackupRulesTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private boolean deleting;
  private boolean held;
  private boolean erase;
  private Subject subject = Subject.READY;
  private boolean over;
  private String asked;
  private String answered;
  private RunSeen creation = RunSeen.ABSENT;
  private RunSeen look = RunSeen.ABSENT;
  private RunSeen erasure = RunSeen.ABSENT;
  private String refused;

  private BackupDecision decide() {
    return BackupRules.decide(
        new BackupObservation(
            NOW, "backup", deleting, held, erase, subject, over, asked, answered, creation, look,
            erasure, refused));
  }

  private static RunSeen ended(String reason) {
    return new RunSeen(State.ENDED, NOW, NOW, RunReport.silent(reason, "so it was."), null, null);
  }

  private static RunSeen active(Problem problem) {
    return new RunSeen(State.ACTIVE, NOW, null, null, problem, null);
  }

  @Test
  void itIsMadeOnce() {
    assertThat(decide().start()).isEqualTo(Work.CREATE);
    creation = active(null);
    assertThat(decide().start()).isNull();
    assertThat(decide().phase()).isEqualTo(Phase.Running);
    creation = ended(RunReport.COMPLETED);
    assertThat(decide().phase()).isEqualTo(Phase.Completed);
    assertThat(decide().event().reason()).isEqualTo("BackupCompleted");
    over = true;
    assertThat(decide()).isEqualTo(BackupDecision.nothing());
  }

  @Test
  void whileItIsMadeItIsAskedHowFarItIs() {
    RunProgress half = new RunProgress(1, 2, 3, 6);
    creation = new RunSeen(State.ACTIVE, NOW, null, null, null, half);
    assertThat(decide().progress()).isEqualTo(half);
    assertThat(decide().wake()).isAfter(NOW);
  }

  @Test
  void oneThatFailedIsNotMadeAgain() {
    creation = ended("AccessDenied");
    assertThat(decide().phase()).isEqualTo(Phase.Failed);
    assertThat(decide().reason()).isEqualTo("AccessDenied");
    assertThat(decide().event().sentence()).isEqualTo("AccessDenied: so it was.");
    over = true;
    creation = RunSeen.ABSENT;
    assertThat(decide().start()).isNull();
  }

  @Test
  void aPodThatDoesNotStartIsToldOf() {
    creation = active(new Problem(Reason.SecretMissing, "secret \"s3\" not found"));
    assertThat(decide().reason()).isEqualTo("SecretMissing");
    assertThat(decide().message()).contains("secret \"s3\" not found");
  }

  @Test
  void itWaitsForItsJob() {
    subject = Subject.JOB_MISSING;
    assertThat(decide().start()).isNull();
    assertThat(decide().reason()).isEqualTo("JobNotFound");
    subject = Subject.NOT_CONFIGURED;
    assertThat(decide().start()).isNull();
    assertThat(decide().reason()).isEqualTo("NotConfigured");
    subject = Subject.STARTING;
    assertThat(decide().start()).isNull();
    assertThat(decide().wake()).isAfter(NOW);
  }

  @Test
  void whatTheApiServerRefusesIsTriedAgain() {
    refused = "exceeded quota";
    assertThat(decide().phase()).isEqualTo(Phase.Pending);
    assertThat(decide().message()).isEqualTo("exceeded quota");
    assertThat(decide().wake()).isAfter(NOW);
  }

  @Test
  void itIsLookedAtOncePerRequest() {
    over = true;
    asked = "a";
    assertThat(decide().start()).isEqualTo(Work.LOOK);
    look = active(null);
    assertThat(decide().start()).isNull();
    look = ended("BackupDamaged");
    assertThat(decide().looked()).isNotNull();
    assertThat(decide().event().warning()).isTrue();
    answered = "a";
    assertThat(decide()).isEqualTo(BackupDecision.nothing());
  }

  @Test
  void dataThatIsToGoWithItHoldsIt() {
    erase = true;
    assertThat(decide().hold()).isTrue();
    held = true;
    assertThat(decide().start()).isEqualTo(Work.CREATE);
    deleting = true;
    assertThat(decide().start()).isEqualTo(Work.ERASE);
    erasure = active(null);
    assertThat(decide().hold()).isNull();
    erasure = ended(RunReport.COMPLETED);
    assertThat(decide().hold()).isFalse();
    assertThat(decide().event()).isNull();
  }

  @Test
  void aDeletionNeverHangs() {
    erase = true;
    held = true;
    deleting = true;
    erasure = ended("StoreUnavailable");
    assertThat(decide().hold()).isFalse();
    assertThat(decide().event().reason()).isEqualTo("BackupDataLeft");
    erasure = RunSeen.ABSENT;
    subject = Subject.JOB_MISSING;
    assertThat(decide().hold()).isFalse();
    subject = Subject.READY;
    refused = "the namespace is being terminated";
    assertThat(decide().hold()).isFalse();
    erase = false;
    assertThat(decide().hold()).isFalse();
    held = false;
    assertThat(decide()).isEqualTo(BackupDecision.nothing());
  }

  @Test
  void dataIsKeptWhereItIsToBeKept() {
    deleting = true;
    over = true;
    assertThat(decide().start()).isNull();
  }
}
