package dev.tidemark.operator.kubernetes.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.operator.core.CheckSeen;
import dev.tidemark.operator.core.DriverSeen;
import dev.tidemark.operator.core.Ending;
import dev.tidemark.operator.core.Problem;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.kubernetes.manifests.BackupJob;
import dev.tidemark.operator.kubernetes.manifests.DriverPod;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Owner;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a pod tells, in the decider's words. */
public final class PodReader {
  private static final Set<String> IMAGE =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "RegistryUnavailable");

  private static final Set<String> OURS = Set.of(DriverPod.CONTAINER, BackupJob.CONTAINER);

  /** The kubelet restarts at once the first time; from then on it waits longer each time. */
  private static final int QUICK_RESTARTS = 2;

  /** For a kubelet to say that a container ended. */
  private static final long LAST_WORD_SECONDS = 10;

  private final String jobUid;
  private final Function<Pod, Optional<Problem>> events;

  /**
   * For the pods of one job.
   *
   * @param events asked about a pod that has been pending for a while without saying why
   */
  public PodReader(String jobUid, Function<Pod, Optional<Problem>> events) {
    this.jobUid = jobUid;
    this.events = events;
  }

  DriverSeen driver(Pod pod) {
    DriverSeen.Phase phase = phase(pod);
    boolean looping = phase == DriverSeen.Phase.RUNNING && crashLooping(pod);
    Ending ending = null;
    if (phase == DriverSeen.Phase.FINISHED) {
      ending = ending(pod, terminated(pod, ContainerStatus::getState), Reason.JvmCrashed);
    } else if (looping) {
      ending = ending(pod, terminated(pod, ContainerStatus::getLastState), Reason.JvmCrashed);
    }
    return new DriverSeen(
        pod.getMetadata().getName(),
        pod.getMetadata().getUid(),
        Labels.attempt(pod),
        Owner.is(pod, jobUid),
        Labels.waited(pod),
        phase,
        Labels.fingerprint(pod),
        pod.getStatus() == null ? null : Json.instant(pod.getStatus().getStartTime()),
        leavingSince(pod),
        goneBy(pod),
        ending,
        phase == DriverSeen.Phase.FINISHED ? null : problem(pod).orElse(null),
        looping,
        container(pod).map(ContainerStatus::getRestartCount).orElse(0));
  }

  CheckSeen check(Pod pod) {
    boolean finished = phase(pod) == DriverSeen.Phase.FINISHED;
    return new CheckSeen(
        pod.getMetadata().getName(),
        pod.getMetadata().getUid(),
        Owner.is(pod, jobUid),
        Labels.fingerprint(pod).generation(),
        pod.getMetadata().getDeletionTimestamp() != null,
        finished
            ? ending(pod, terminated(pod, ContainerStatus::getState), Reason.CheckFailed)
            : null,
        finished ? null : problem(pod).orElse(null));
  }

  private static DriverSeen.Phase phase(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    if ("Succeeded".equals(phase) || "Failed".equals(phase)) {
      return DriverSeen.Phase.FINISHED;
    }
    if (over(pod)) {
      return DriverSeen.Phase.FINISHED;
    }
    return "Running".equals(phase) ? DriverSeen.Phase.RUNNING : DriverSeen.Phase.PENDING;
  }

  /**
   * The container ended for good; the pod's phase says so only a second or two later, when its
   * sandbox is gone.
   */
  private static boolean over(Pod pod) {
    Optional<ContainerStateTerminated> end = terminated(pod, ContainerStatus::getState);
    boolean again =
        "OnFailure".equals(pod.getSpec().getRestartPolicy())
            && pod.getMetadata().getDeletionTimestamp() == null
            && end.map(t -> t.getExitCode() == null || t.getExitCode() != 0).orElse(false);
    return end.isPresent() && !again && !"Always".equals(pod.getSpec().getRestartPolicy());
  }

  private static Optional<ContainerStatus> container(Pod pod) {
    return pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null
        ? Optional.empty()
        : pod.getStatus().getContainerStatuses().stream()
            .filter(c -> OURS.contains(c.getName()))
            .findFirst();
  }

  private static Optional<ContainerStateTerminated> terminated(
      Pod pod, Function<ContainerStatus, ContainerState> which) {
    return container(pod).map(which).map(ContainerState::getTerminated);
  }

  private static boolean crashLooping(Pod pod) {
    return container(pod)
        .filter(c -> c.getRestartCount() != null && c.getRestartCount() >= QUICK_RESTARTS)
        .map(ContainerStatus::getState)
        .map(ContainerState::getWaiting)
        .map(w -> "CrashLoopBackOff".equals(w.getReason()))
        .orElse(false);
  }

  /** When the deletion was asked for: Kubernetes notes when the grace period ends. */
  private static Instant leavingSince(Pod pod) {
    Instant ends = Json.instant(pod.getMetadata().getDeletionTimestamp());
    Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
    return ends == null ? null : ends.minusSeconds(grace == null ? 0 : grace);
  }

  /**
   * The kubelet ends it when the grace period does, and needs a moment to say so. Where the pod is
   * deleted because its node does not answer, nobody will.
   */
  private static Instant goneBy(Pod pod) {
    Instant ends = Json.instant(pod.getMetadata().getDeletionTimestamp());
    if (ends == null) {
      return null;
    }
    boolean evicted =
        pod.getStatus() != null
            && pod.getStatus().getConditions().stream()
                .anyMatch(
                    c ->
                        "DisruptionTarget".equals(c.getType())
                            && "True".equals(c.getStatus())
                            && "DeletionByTaintManager".equals(c.getReason()));
    return evicted ? leavingSince(pod) : ends.plusSeconds(LAST_WORD_SECONDS);
  }

  private static Ending ending(
      Pod pod, Optional<ContainerStateTerminated> state, Reason otherwise) {
    Instant at = state.map(t -> Json.instant(t.getFinishedAt())).orElse(null);
    Optional<Ending> told =
        state.map(ContainerStateTerminated::getMessage).flatMap(m -> message(m, at));
    if (told.isPresent()) {
      return told.get();
    }
    if (state.map(t -> "OOMKilled".equals(t.getReason())).orElse(false)) {
      return silent(Reason.OutOfMemory, "the container ran out of memory", at);
    }
    String podReason = pod.getStatus().getReason();
    if (podReason != null && otherwise != Reason.CheckFailed) {
      return silent(Reason.DriverPodEvicted, podReason + ": " + pod.getStatus().getMessage(), at);
    }
    String how =
        podReason != null
            ? "the pod ended with " + podReason + ": " + pod.getStatus().getMessage()
            : state
                .map(t -> "the container ended with exit code " + t.getExitCode())
                .orElse("the pod ended");
    return silent(otherwise, how + " and left no message; its log may say why", at);
  }

  private static Ending silent(Reason reason, String message, Instant at) {
    return new Ending(reason.name(), message, true, false, 0, at);
  }

  private static Optional<Ending> message(String text, Instant at) {
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      if (json == null || !json.path("reason").isTextual()) {
        return Optional.empty();
      }
      return Optional.of(
          new Ending(
              json.path("reason").asText(),
              json.path("message").asText(""),
              json.path("retryable").asBoolean(false),
              json.path("accepted")
                  .asBoolean(json.path("reason").asText().equals(Reason.Accepted.name())),
              json.path("attempt").asInt(0),
              at,
              json.path("launches").asInt(0)));
    } catch (JsonProcessingException notAMessage) {
      return Optional.empty();
    }
  }

  /** Why a pod does not get going; empty when it does. */
  public Optional<Problem> problem(Pod pod) {
    List<ContainerStatus> before =
        pod.getStatus() == null || pod.getStatus().getInitContainerStatuses() == null
            ? List.of()
            : pod.getStatus().getInitContainerStatuses();
    Optional<Problem> known =
        Stream.concat(before.stream(), container(pod).stream())
            .filter(c -> c.getState() != null && c.getState().getWaiting() != null)
            .filter(c -> c.getState().getWaiting().getReason() != null)
            .flatMap(c -> waiting(c.getState().getWaiting(), c.getImage()).stream())
            .findFirst();
    if (known.isPresent()) {
      return known;
    }
    Optional<Problem> unschedulable =
        pod.getStatus() == null || pod.getStatus().getConditions() == null
            ? Optional.empty()
            : pod.getStatus().getConditions().stream()
                .filter(
                    c ->
                        "PodScheduled".equals(c.getType()) && "Unschedulable".equals(c.getReason()))
                .map(PodReader::unschedulable)
                .findFirst();
    if (unschedulable.isPresent()) {
      return unschedulable;
    }
    return phase(pod) == DriverSeen.Phase.PENDING ? events.apply(pod) : Optional.empty();
  }

  private static Problem unschedulable(PodCondition condition) {
    return new Problem(Reason.Unschedulable, "no node takes it: " + condition.getMessage());
  }

  private static Optional<Problem> waiting(ContainerStateWaiting waiting, String image) {
    String said = waiting.getMessage() == null ? waiting.getReason() : waiting.getMessage();
    if (IMAGE.contains(waiting.getReason())) {
      return Optional.of(
          new Problem(Reason.ImagePullFailed, "image " + image + " cannot be pulled: " + said));
    }
    return switch (waiting.getReason()) {
      case "CreateContainerConfigError" -> Optional.of(new Problem(Reason.SecretMissing, said));
      case "CreateContainerError", "RunContainerError", "StartError" ->
          Optional.of(new Problem(Reason.ContainerFailed, said));
      default -> Optional.empty();
    };
  }
}
