package dev.tidemark.operator.kubernetes.reading;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.operator.core.CheckSeen;
import dev.tidemark.operator.core.DriverSeen;
import dev.tidemark.operator.core.JobRef;
import dev.tidemark.operator.core.Memory;
import dev.tidemark.operator.core.Observation;
import dev.tidemark.operator.core.ProgressSeen;
import dev.tidemark.operator.core.Recorded;
import dev.tidemark.operator.core.RestoreSeen;
import dev.tidemark.operator.core.SuccessorSeen;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Owner;
import dev.tidemark.operator.kubernetes.manifests.Platform;
import dev.tidemark.operator.kubernetes.manifests.SpecReading;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Puts together what is known of a job: from the caches, and where that is not enough, from the API
 * server itself.
 */
public final class Observer {
  private final KubernetesClient client;
  private final Clock clock;
  private final Platform platform;
  private final PodEvents events;
  private final RunLog log;

  public Observer(KubernetesClient client, Clock clock, Platform platform) {
    this.client = client;
    this.clock = clock;
    this.platform = platform;
    this.events = new PodEvents(client);
    this.log = new RunLog(client);
  }

  /** From the caches alone. */
  public Observation observe(
      StreamingJob job,
      Collection<Pod> pods,
      Collection<ConfigMap> settings,
      Collection<Job> runs,
      Optional<Lease> lease) {
    return observe(job, pods, settings, runs, lease, false);
  }

  /** With the drivers read from the API server: what is not there does not exist. */
  public Observation confirm(
      StreamingJob job,
      Collection<Pod> cached,
      Collection<ConfigMap> settings,
      Collection<Job> runs,
      Optional<Lease> lease) {
    List<Pod> drivers =
        client
            .pods()
            .inNamespace(job.getMetadata().getNamespace())
            .withLabel(Labels.JOB, job.getMetadata().getName())
            .withLabel(Labels.COMPONENT, Labels.DRIVER)
            .list()
            .getItems();
    List<Pod> pods =
        Stream.concat(drivers.stream(), cached.stream().filter(p -> !is(p, Labels.DRIVER)))
            .toList();
    return observe(job, pods, settings, runs, lease, true);
  }

  private Observation observe(
      StreamingJob job,
      Collection<Pod> pods,
      Collection<ConfigMap> settings,
      Collection<Job> runs,
      Optional<Lease> lease,
      boolean confirmed) {
    Instant now = clock.instant();
    String uid = job.getMetadata().getUid();
    Memory memory =
        Notes.read(
            job.getStatus() == null ? null : job.getStatus().operator(),
            job.getStatus() == null ? null : job.getStatus().image(),
            job.getStatus() == null ? null : job.getStatus().restore());
    Optional<Lease> own = lease.filter(l -> Owner.is(l, uid));
    Optional<ProgressSeen> progress = own.flatMap(LeaseReader::read).map(LeaseReader::seen);
    int standingBy = own.map(LeaseReader::standingBy).orElse(0);
    // The cache may not show yet that an attempt was given its turn; what was launched waits no
    // more.
    Predicate<Pod> waits = p -> Labels.waits(p) && Owner.is(p, uid);
    PodReader reader = new PodReader(uid, pod -> events.of(pod, now));
    List<DriverSeen> drivers =
        pods.stream()
            .filter(p -> is(p, Labels.DRIVER) && !waits.test(p))
            .map(reader::driver)
            .sorted(Comparator.comparingInt(DriverSeen::attempt))
            .toList();
    List<Recorded> made = recorded(settings, uid);
    List<SuccessorSeen> successors =
        pods.stream()
            .filter(p -> is(p, Labels.DRIVER) && waits.test(p))
            .map(reader::driver)
            .map(
                d ->
                    new SuccessorSeen(
                        d,
                        made.stream().anyMatch(r -> r.attempt() == d.attempt()),
                        d.attempt() == standingBy))
            .toList();
    List<CheckSeen> checks =
        pods.stream().filter(p -> is(p, Labels.CHECK)).map(reader::check).toList();
    List<Recorded> ran =
        made.stream()
            .filter(r -> successors.stream().noneMatch(w -> w.pod().attempt() == r.attempt()))
            .toList();
    return new Observation(
        now,
        new JobRef(job.getMetadata().getNamespace(), job.getMetadata().getName(), uid),
        job.getMetadata().getDeletionTimestamp() != null,
        SpecReading.wanted(job),
        memory,
        platform.defaultImage(),
        drivers,
        successors,
        confirmed,
        checks,
        ran,
        highest(pods, settings, lease),
        own.isPresent(),
        own.map(LeaseReader::turn).orElse(0),
        progress.orElse(null),
        restores(runs, pods, reader, uid),
        null);
  }

  /** The attempts whose settings are there. */
  private static List<Recorded> recorded(Collection<ConfigMap> settings, String uid) {
    return settings.stream()
        .filter(
            m ->
                Owner.is(m, uid)
                    && Labels.attempt(m) > 0
                    && m.getMetadata().getDeletionTimestamp() == null)
        .map(m -> new Recorded(Labels.attempt(m), Labels.fingerprint(m), Labels.follows(m)))
        .sorted(Comparator.comparingInt(Recorded::attempt))
        .toList();
  }

  private List<RestoreSeen> restores(
      Collection<Job> runs, Collection<Pod> pods, PodReader reader, String uid) {
    RunReader known = new RunReader(runs, pods, reader::problem, log::progress);
    return runs.stream()
        .filter(run -> Owner.is(run, uid))
        .map(
            run ->
                new RestoreSeen(Labels.restore(run), known.run(run.getMetadata().getName(), uid)))
        .toList();
  }

  private static int highest(
      Collection<Pod> pods, Collection<ConfigMap> settings, Optional<Lease> lease) {
    return IntStream.concat(
            Stream.concat(pods.stream(), settings.stream()).mapToInt(Labels::attempt),
            lease.flatMap(LeaseReader::read).stream().mapToInt(r -> r.seen().attempt()))
        .max()
        .orElse(0);
  }

  private static boolean is(Pod pod, String component) {
    return component.equals(Labels.label(pod, Labels.COMPONENT));
  }
}
