package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Owner;
import dev.tidemark.operator.kubernetes.reading.LeaseNews;
import dev.tidemark.operator.kubernetes.reading.LeaseReader;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What wakes a job: its pods, its settings, its Lease, its restores and its backups. Executors are
 * the driver's business and not in any cache, and the runs of backups wake those.
 */
final class Sources {
  private static final String OURS = Labels.MANAGED_BY + "=" + Labels.TIDEMARK;
  private static final String COMPONENTS =
      ","
          + Labels.COMPONENT
          + "!="
          + Labels.EXECUTOR
          + ","
          + Labels.COMPONENT
          + "!="
          + Labels.BACKUP;

  private final Silence silence;
  private InformerEventSource<Pod, StreamingJob> pods;
  private InformerEventSource<ConfigMap, StreamingJob> settings;
  private InformerEventSource<Lease, StreamingJob> leases;
  private InformerEventSource<Job, StreamingJob> runs;
  private InformerEventSource<StreamingJobBackup, StreamingJob> backups;
  private IndexerResourceCache<StreamingJob> jobs;

  Sources(Clock clock) {
    silence = new Silence(clock);
  }

  List<EventSource<?, StreamingJob>> prepare(EventSourceContext<StreamingJob> context) {
    jobs = context.getPrimaryCache();
    pods = source(Pod.class, context);
    settings = source(ConfigMap.class, context);
    leases =
        new InformerEventSource<>(
            configuration(Lease.class).withOnUpdateFilter(this::isNews).build(), context);
    backups =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(StreamingJobBackup.class, StreamingJob.class)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(Sources::subject)
                .build(),
            context);
    runs = source(Job.class, context);
    return List.of(pods, settings, leases, runs, backups, silence);
  }

  /**
   * By label, not by owner: pods of a deleted job of the same name must be seen too; the observer
   * compares uids.
   */
  private static <R extends HasMetadata> InformerEventSource<R, StreamingJob> source(
      Class<R> type, EventSourceContext<StreamingJob> context) {
    return new InformerEventSource<>(configuration(type).build(), context);
  }

  private static <R extends HasMetadata> InformerEventSourceConfiguration.Builder<R> configuration(
      Class<R> type) {
    return InformerEventSourceConfiguration.from(type, StreamingJob.class)
        .withName(type.getSimpleName())
        .withLabelSelector(OURS + COMPONENTS)
        .withNamespacesInheritedFromController()
        .withSecondaryToPrimaryMapper(Sources::job);
  }

  private static Set<ResourceID> job(HasMetadata object) {
    String job = Labels.label(object, Labels.JOB);
    return job == null
        ? Set.of()
        : Set.of(new ResourceID(job, object.getMetadata().getNamespace()));
  }

  private static Set<ResourceID> subject(StreamingJobBackup backup) {
    return Set.of(
        new ResourceID(backup.getSpec().jobRef().name(), backup.getMetadata().getNamespace()));
  }

  /** An object this operator just made is in its cache at once, not when the watch brings it. */
  void created(HasMetadata object) {
    if (object instanceof Pod pod && pods != null) {
      pods.handleRecentResourceCreate(ResourceID.fromResource(pod), pod);
    } else if (object instanceof ConfigMap map && settings != null && Labels.attempt(map) > 0) {
      settings.handleRecentResourceCreate(ResourceID.fromResource(map), map);
    } else if (object instanceof Job run && runs != null) {
      runs.handleRecentResourceCreate(ResourceID.fromResource(run), run);
    }
  }

  Optional<LeaseReader> report(StreamingJob job) {
    return lease(ResourceID.fromResource(job))
        .filter(l -> Owner.is(l, job.getMetadata().getUid()))
        .flatMap(LeaseReader::read);
  }

  /**
   * The job is looked at when nothing has been heard of its driver until then; a report that only
   * says that it went on puts that off. Null for a driver of which nothing is expected.
   */
  void await(StreamingJob job, Optional<LeaseReader> report, Instant until) {
    ResourceID id = ResourceID.fromResource(job);
    Instant committed = report.map(r -> r.seen().lastCommitAt()).orElse(null);
    if (until == null || committed == null) {
      silence.forget(id);
    } else {
      silence.await(id, committed, until);
    }
  }

  /** Every report is heard; the job is woken for those that are news. */
  private boolean isNews(Lease now, Lease before) {
    Optional<LeaseReader> report = LeaseReader.read(now);
    report
        .map(r -> r.seen().lastCommitAt())
        .ifPresent(commit -> job(now).forEach(job -> silence.heard(job, commit)));
    return LeaseNews.in(now, report, before);
  }

  private Optional<Lease> lease(ResourceID job) {
    return leases == null
        ? Optional.empty()
        : leases.get(new ResourceID(job.getName() + "-driver", job.getNamespace().orElseThrow()));
  }

  List<StreamingJob> jobs() {
    return jobs == null ? List.of() : jobs.list(job -> true).toList();
  }
}
