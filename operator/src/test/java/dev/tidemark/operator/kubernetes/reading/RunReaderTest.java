package dev.tidemark.operator.kubernetes.reading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.operator.core.Problem;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.backup.RunProgress;
import dev.tidemark.operator.core.backup.RunReport;
import dev.tidemark.operator.core.backup.RunSeen;
import dev.tidemark.operator.kubernetes.manifests.BackupJob;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a run is taken to have done. */
class RunReaderTest {
  private static final String UID = "uid-1";

  private static Job job(String condition, String reason) {
    Job job =
        new JobBuilder()
            .withNewMetadata()
            .withName("run")
            .addNewOwnerReference()
            .withUid(UID)
            .endOwnerReference()
            .endMetadata()
            .withNewStatus()
            .withStartTime("2026-01-01T00:00:00Z")
            .endStatus()
            .build();
    if (condition == null) {
      return job;
    }
    return new JobBuilder(job)
        .editStatus()
        .addNewCondition()
        .withType(condition)
        .withStatus("True")
        .withReason(reason)
        .withLastTransitionTime("2026-01-01T00:00:09Z")
        .endCondition()
        .endStatus()
        .build();
  }

  private static Pod pod(String created, String message) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("run-" + created)
        .withCreationTimestamp(created)
        .addToLabels(Labels.JOB_NAME, "run")
        .endMetadata()
        .withNewStatus()
        .addNewContainerStatus()
        .withName(BackupJob.CONTAINER)
        .withNewState()
        .withNewTerminated()
        .withMessage(message)
        .withFinishedAt("2026-01-01T00:00:08Z")
        .endTerminated()
        .endState()
        .endContainerStatus()
        .endStatus()
        .build();
  }

  private static String example(String name) throws IOException {
    return Files.readString(Path.of("../contract/backup/" + name + ".json"));
  }

  private static RunSeen seen(Job job, Pod... pods) {
    return new RunReader(
            List.of(job),
            List.of(pods),
            pod -> Optional.of(new Problem(Reason.ImagePullFailed, "no such image")),
            pod -> Optional.of(new RunProgress(1, 2, 3, 4)))
        .run("run", UID);
  }

  @Test
  void theExamplesOfTheContractAreUnderstood() throws IOException {
    RunReport created = seen(job("Complete", null), pod("1", example("created"))).report();
    assertThat(created.completed()).isTrue();
    assertThat(created.backup().batch()).isEqualTo(1042);
    assertThat(created.backup().copiedObjects()).isEqualTo(1);
    assertThat(created.verification().at()).isEqualTo(Instant.parse("2026-11-28T10:30:04Z"));
    assertThat(created.forgotten()).containsExactly("totals-20261127t103000z");

    RunReport restored = seen(job("Complete", null), pod("1", example("restored"))).report();
    assertThat(restored.restored().epoch()).isEqualTo(8);
    assertThat(restored.restored().safetyBackup()).isEqualTo("totals-before-7bf58375d6");

    RunReport refused = seen(job("Failed", null), pod("1", example("refused"))).report();
    assertThat(refused.completed()).isFalse();
    assertThat(refused.reason()).isEqualTo("AccessDenied");
  }

  @Test
  void theLastOfSeveralTriesTellsHowItEnded() throws IOException {
    RunSeen seen =
        seen(job("Complete", null), pod("2", example("created")), pod("1", example("refused")));
    assertThat(seen.report().completed()).isTrue();
    assertThat(seen.endedAt()).isEqualTo(Instant.parse("2026-01-01T00:00:09Z"));
  }

  @Test
  void whatIsDoneIsDoneBeforeTheJobHasNoticed() throws IOException {
    RunSeen seen = seen(job(null, null), pod("1", example("created")));
    assertThat(seen.state()).isEqualTo(RunSeen.State.ENDED);
    assertThat(seen.endedAt()).isEqualTo(Instant.parse("2026-01-01T00:00:08Z"));
    assertThat(seen(job(null, null), pod("1", example("refused"))).state())
        .as("it may be tried again")
        .isEqualTo(RunSeen.State.ACTIVE);
  }

  @Test
  void oneThatSaidNothingOrTookTooLongHasFailed() {
    assertThat(seen(job("Failed", "BackoffLimitExceeded"), pod("1", "no JSON")).report().reason())
        .isEqualTo("RunSilent");
    assertThat(seen(job("Failed", "DeadlineExceeded")).report().reason())
        .isEqualTo("DeadlineExceeded");
  }

  @Test
  void aBackupThatCouldNotBeFetchedIsTheEndOfADrill() throws IOException {
    Pod fetched = drill(example("restored"));
    assertThat(seen(job("Failed", "BackoffLimitExceeded"), fetched).report().reason())
        .as("that it was fetched says nothing of the drill")
        .isEqualTo("RunSilent");
    Pod refused = drill(example("refused"));
    assertThat(seen(job("Failed", "PodFailurePolicy"), refused).report().reason())
        .isEqualTo("AccessDenied");
  }

  private static Pod drill(String fetched) {
    return new PodBuilder(pod("1", null))
        .editStatus()
        .addNewInitContainerStatus()
        .withName(BackupJob.FETCH)
        .withNewState()
        .withNewTerminated()
        .withMessage(fetched)
        .endTerminated()
        .endState()
        .endInitContainerStatus()
        .endStatus()
        .build();
  }

  @Test
  void oneThatDoesNotGetGoingSaysWhy() {
    RunSeen seen = seen(job(null, null), pod("1", null));
    assertThat(seen.state()).isEqualTo(RunSeen.State.ACTIVE);
    assertThat(seen.problem().reason()).isEqualTo(Reason.ImagePullFailed);
  }

  @Test
  void oneThatIsAtWorkSaysHowFarItIs() {
    Pod waiting = pod("1", null);
    assertThat(seen(job(null, null), waiting).progress()).as("it has not begun").isNull();
    Pod atWork =
        new PodBuilder(waiting)
            .editStatus()
            .editFirstContainerStatus()
            .withNewState()
            .withNewRunning()
            .endRunning()
            .endState()
            .endContainerStatus()
            .endStatus()
            .build();
    assertThat(seen(job(null, null), atWork).progress()).isEqualTo(new RunProgress(1, 2, 3, 4));
  }

  @Test
  void theRunOfSomebodyElseIsNotOurs() {
    Job foreign = job("Complete", null);
    foreign.getMetadata().getOwnerReferences().get(0).setUid("another");
    assertThat(seen(foreign).state()).isEqualTo(RunSeen.State.ABSENT);
  }
}
