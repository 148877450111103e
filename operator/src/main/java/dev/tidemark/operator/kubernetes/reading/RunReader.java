package dev.tidemark.operator.kubernetes.reading;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.tidemark.operator.core.Problem;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.backup.RunProgress;
import dev.tidemark.operator.core.backup.RunReport;
import dev.tidemark.operator.core.backup.RunSeen;
import dev.tidemark.operator.kubernetes.manifests.BackupJob;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Owner;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What the Kubernetes Job of a run and its pods tell. */
public final class RunReader {
  private static final ObjectReader REPORT =
      Json.MAPPER
          .readerFor(RunReport.class)
          .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  private final Collection<Job> jobs;
  private final Collection<Pod> pods;
  private final Function<Pod, Optional<Problem>> problem;
  private final Function<Pod, Optional<RunProgress>> progress;

  /**
   * For runs among these.
   *
   * @param problem asked about a pod that has not ended
   * @param progress asked about a pod whose run is at work
   */
  public RunReader(
      Collection<Job> jobs,
      Collection<Pod> pods,
      Function<Pod, Optional<Problem>> problem,
      Function<Pod, Optional<RunProgress>> progress) {
    this.jobs = jobs;
    this.pods = pods;
    this.problem = problem;
    this.progress = progress;
  }

  /** The run of that name, if whoever has this uid owns it. */
  public RunSeen run(String name, String ownerUid) {
    return jobs.stream()
        .filter(j -> j.getMetadata().getName().equals(name) && Owner.is(j, ownerUid))
        .filter(j -> j.getMetadata().getDeletionTimestamp() == null)
        .findFirst()
        .map(this::seen)
        .orElse(RunSeen.ABSENT);
  }

  private RunSeen seen(Job job) {
    List<Pod> tries =
        pods.stream()
            .filter(p -> job.getMetadata().getName().equals(Labels.label(p, Labels.JOB_NAME)))
            .sorted(Comparator.comparing(p -> p.getMetadata().getCreationTimestamp()))
            .toList();
    Instant started = job.getStatus() == null ? null : Json.instant(job.getStatus().getStartTime());
    Optional<Told> told =
        tries.stream().flatMap(pod -> told(pod).stream()).reduce((older, newer) -> newer);
    Optional<JobCondition> end = end(job);
    if (end.isEmpty() && told.isPresent() && told.get().report().completed()) {
      // All is done and said; the Job takes some seconds more to notice.
      return ended(started, told.get().at(), told.get().report());
    }
    if (end.isEmpty()) {
      return new RunSeen(
          RunSeen.State.ACTIVE,
          started,
          null,
          null,
          newest(tries, problem),
          newest(tries.stream().filter(RunReader::atWork).toList(), progress));
    }
    boolean deadline = "DeadlineExceeded".equals(end.get().getReason());
    return ended(
        started,
        Json.instant(end.get().getLastTransitionTime()),
        deadline || told.isEmpty() ? silent(end.get(), deadline) : told.get().report());
  }

  private static <T> T newest(List<Pod> tries, Function<Pod, Optional<T>> asked) {
    return tries.stream().flatMap(p -> asked.apply(p).stream()).reduce((a, b) -> b).orElse(null);
  }

  private static boolean atWork(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getContainerStatuses() != null
        && pod.getStatus().getContainerStatuses().stream()
            .anyMatch(
                c -> BackupJob.CONTAINER.equals(c.getName()) && c.getState().getRunning() != null);
  }

  private static RunSeen ended(Instant started, Instant at, RunReport report) {
    return new RunSeen(RunSeen.State.ENDED, started, at, report, null, null);
  }

  /** What a container has left, and when it ended. */
  private record Told(RunReport report, Instant at) {}

  private static RunReport silent(JobCondition end, boolean deadline) {
    return deadline
        ? RunReport.silent(
            Reason.DeadlineExceeded.name(),
            "it took longer than spec.backup.activeDeadline and was ended; make that longer, or see the log of its pod")
        : RunReport.silent(
            Reason.RunSilent.name(),
            "its pod ended without a word ("
                + end.getType()
                + (end.getReason() == null ? "" : ", " + end.getReason())
                + "); it may have run out of memory: see the pod, and raise spec.backup.memory");
  }

  private static Optional<JobCondition> end(Job job) {
    return job.getStatus() == null || job.getStatus().getConditions() == null
        ? Optional.empty()
        : job.getStatus().getConditions().stream()
            .filter(c -> "Complete".equals(c.getType()) || "Failed".equals(c.getType()))
            .filter(c -> "True".equals(c.getStatus()))
            .findFirst();
  }

  private static Optional<Told> told(Pod pod) {
    if (pod.getStatus() == null || pod.getStatus().getContainerStatuses() == null) {
      return Optional.empty();
    }
    return told(pod.getStatus().getContainerStatuses(), BackupJob.CONTAINER)
        // that a backup was fetched tells nothing; that it was not is the end of the run
        .or(
            () ->
                told(pod.getStatus().getInitContainerStatuses(), BackupJob.FETCH)
                    .filter(fetched -> !fetched.report().completed()));
  }

  private static Optional<Told> told(List<ContainerStatus> all, String container) {
    return all.stream()
        .filter(c -> container.equals(c.getName()))
        .map(c -> c.getState().getTerminated())
        .filter(t -> t != null && t.getMessage() != null)
        .flatMap(
            t ->
                Optional.ofNullable(read(t.getMessage()))
                    .map(report -> new Told(report, Json.instant(t.getFinishedAt())))
                    .stream())
        .findFirst();
  }

  static RunReport read(String message) {
    try {
      RunReport report = REPORT.readValue(message);
      return report == null || report.reason() == null ? null : report;
    } catch (JsonProcessingException notOurs) {
      return null;
    }
  }
}
