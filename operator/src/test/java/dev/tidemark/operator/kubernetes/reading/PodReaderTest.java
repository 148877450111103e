package dev.tidemark.operator.kubernetes.reading;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.operator.core.DriverSeen;
import dev.tidemark.operator.core.Ending;
import dev.tidemark.operator.core.Problem;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.kubernetes.manifests.Json;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PodReaderTest {
  private final PodReader reader = new PodReader("uid-1", pod -> Optional.empty());

  private static Pod pod(String status) {
    return Json.KUBERNETES.unmarshal(
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: job-driver-3
          uid: pod-3
          labels: {tidemark.dev/attempt: "3"}
          ownerReferences: [{apiVersion: tidemark.dev/v1alpha1, kind: StreamingJob, name: job, uid: uid-1}]
        spec:
          containers: [{name: spark, image: "image:1"}]
        status:
        """
            + status.indent(2),
        Pod.class);
  }

  @Test
  void theTerminationMessageTellsHowADriverEnded() {
    DriverSeen seen =
        reader.driver(
            pod(
                """
                phase: Succeeded
                containerStatuses:
                - name: spark
                  restartCount: 0
                  state:
                    terminated:
                      exitCode: 0
                      finishedAt: "2026-01-01T00:00:00Z"
                      message: '{"reason":"Superseded","message":"a newer one owns it","retryable":false,"attempt":9,"launches":2}'
                """));
    assertThat(seen.phase()).isEqualTo(DriverSeen.Phase.FINISHED);
    assertThat(seen.ending())
        .isEqualTo(
            new Ending(
                "Superseded",
                "a newer one owns it",
                false,
                false,
                9,
                Instant.parse("2026-01-01T00:00:00Z"),
                2));
  }

  @Test
  void anEvictedPodIsNoFailureOfTheDriver() {
    DriverSeen seen =
        reader.driver(
            pod(
                "phase: Failed\nreason: Evicted\nmessage: 'The node was low on resource: memory.'\n"));
    assertThat(seen.ending().reason()).isEqualTo(Reason.DriverPodEvicted.name());
    assertThat(seen.ending().message()).contains("low on resource");
  }

  @Test
  void aContainerThatTheKubeletHoldsBackIsSeenWithItsLastEnd() {
    DriverSeen seen =
        reader.driver(
            pod(
                """
                phase: Running
                containerStatuses:
                - name: spark
                  restartCount: 2
                  state: {waiting: {reason: CrashLoopBackOff, message: back-off 20s}}
                  lastState: {terminated: {exitCode: 137, reason: OOMKilled}}
                """));
    assertThat(seen.crashLooping()).isTrue();
    assertThat(seen.ending().reason()).isEqualTo(Reason.OutOfMemory.name());
  }

  @Test
  void whatKeepsAPodFromStartingIsTold() {
    assertThat(problem("state: {waiting: {reason: ImagePullBackOff, message: not found}}").reason())
        .isEqualTo(Reason.ImagePullFailed);
    assertThat(
            problem(
                "state: {waiting: {reason: CreateContainerConfigError, message: secret x not found}}"))
        .isEqualTo(new Problem(Reason.SecretMissing, "secret x not found"));
    Pod unschedulable =
        pod(
            "phase: Pending\nconditions: [{type: PodScheduled, status: 'False', reason: Unschedulable, message: 0/1 nodes}]\n");
    assertThat(reader.driver(unschedulable).problem().reason()).isEqualTo(Reason.Unschedulable);
  }

  private Problem problem(String state) {
    return reader
        .driver(
            pod(
                "phase: Pending\ncontainerStatuses:\n- name: spark\n  restartCount: 0\n  "
                    + state
                    + "\n"))
        .problem();
  }

  @Test
  void aCheckWithoutVerdictIsAskedAgain() {
    Ending ending =
        reader.check(pod("phase: Failed\nreason: DeadlineExceeded\nmessage: too long\n")).ending();
    assertThat(ending.reason()).isEqualTo(Reason.CheckFailed.name());
    assertThat(ending.retryable()).isTrue();
    assertThat(ending.message()).contains("DeadlineExceeded");
  }

  @Test
  void aContainerThatEndedForGoodNeedNotWaitForItsSandbox() {
    String ended =
        "phase: Running\ncontainerStatuses: [{name: spark, restartCount: 0, state: {terminated: {exitCode: %d}}}]\n";
    Pod stopped = pod(ended.formatted(0));
    stopped.getSpec().setRestartPolicy("OnFailure");
    assertThat(reader.driver(stopped).phase()).isEqualTo(DriverSeen.Phase.FINISHED);
    Pod crashed = pod(ended.formatted(1));
    crashed.getSpec().setRestartPolicy("OnFailure");
    assertThat(reader.driver(crashed).phase()).isEqualTo(DriverSeen.Phase.RUNNING);
    crashed.getMetadata().setDeletionTimestamp("2026-01-01T00:00:30Z");
    assertThat(reader.driver(crashed).phase()).isEqualTo(DriverSeen.Phase.FINISHED);
  }

  @Test
  void theDeletionBeganWhenItsGracePeriodDid() {
    Pod pod = pod("phase: Running\n");
    pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:30Z");
    pod.getMetadata().setDeletionGracePeriodSeconds(30L);
    assertThat(reader.driver(pod).leavingSince()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
  }

  @Test
  void aNodeThatAnswersWouldHaveRemovedItByThen() {
    Pod pod = pod("phase: Running\n");
    assertThat(reader.driver(pod).goneBy()).isNull();
    pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:30Z");
    pod.getMetadata().setDeletionGracePeriodSeconds(30L);
    assertThat(reader.driver(pod).goneBy()).isEqualTo(Instant.parse("2026-01-01T00:00:40Z"));
  }

  @Test
  void aPodThatIsDeletedBecauseItsNodeIsSilentIsNotWaitedFor() {
    Pod pod =
        pod(
            "phase: Running\nconditions: [{type: DisruptionTarget, status: 'True', reason: DeletionByTaintManager}]\n");
    pod.getMetadata().setDeletionTimestamp("2026-01-01T00:00:30Z");
    pod.getMetadata().setDeletionGracePeriodSeconds(30L);
    assertThat(reader.driver(pod).goneBy()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
  }
}
