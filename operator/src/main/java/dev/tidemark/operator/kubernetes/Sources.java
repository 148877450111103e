package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Owner;
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
import java.util.ArrayList;
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

  private final Leases leases;
  private InformerEventSource<Pod, StreamingJob> pods;
  private InformerEventSource<ConfigMap, StreamingJob> settings;
  private InformerEventSource<Job, StreamingJob> runs;
  private InformerEventSource<StreamingJobBackup, StreamingJob> backups;
  private IndexerResourceCache<StreamingJob> jobs;

  Sources(Clock clock) {
    leases = new Leases(clock);
  }

  List<EventSource<?, StreamingJob>> prepare(EventSourceContext<StreamingJob> context) {
    jobs = context.getPrimaryCache();
    pods = source(Pod.class, context);
    settings = source(ConfigMap.class, context);
    backups =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(StreamingJobBackup.class, StreamingJob.class)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(Sources::subject)
                .build(),
            context);
    runs = source(Job.class, context);
    List<EventSource<?, StreamingJob>> all =
        new ArrayList<>(List.of(pods, settings, runs, backups));
    all.addAll(leases.prepare(context, configuration(Lease.class), OURS + COMPONENTS));
    return all;
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

  static Set<ResourceID> job(HasMetadata object) {
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

  /** The Lease of a job, newly read where what is known of it may be too old to judge by. */
  Optional<Lease> lease(StreamingJob job) {
    return leases.lease(ResourceID.fromResource(job));
  }

  /** The last report that was heard of. */
  Optional<LeaseReader> report(StreamingJob job) {
    return leases
        .lastKnown(ResourceID.fromResource(job))
        .filter(l -> Owner.is(l, job.getMetadata().getUid()))
        .flatMap(LeaseReader::read);
  }

  /** See {@link Leases#await}. */
  void await(StreamingJob job, Optional<LeaseReader> report, Instant until) {
    leases.await(ResourceID.fromResource(job), report.map(LeaseReader::seen), until);
  }

  List<StreamingJob> jobs() {
    return jobs == null ? List.of() : jobs.list(job -> true).toList();
  }
}
