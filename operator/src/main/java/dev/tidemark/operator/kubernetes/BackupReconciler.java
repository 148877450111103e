package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.Backup;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobBackupStatus;
import dev.tidemark.operator.core.Outcome;
import dev.tidemark.operator.core.backup.BackupDecision;
import dev.tidemark.operator.core.backup.BackupDecision.Work;
import dev.tidemark.operator.core.backup.BackupObservation;
import dev.tidemark.operator.core.backup.BackupRules;
import dev.tidemark.operator.core.backup.RunReport;
import dev.tidemark.operator.core.backup.RunSeen;
import dev.tidemark.operator.kubernetes.manifests.BackupJob;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Platform;
import dev.tidemark.operator.kubernetes.reading.PodEvents;
import dev.tidemark.operator.kubernetes.reading.PodReader;
import dev.tidemark.operator.kubernetes.reading.RunLog;
import dev.tidemark.operator.kubernetes.reading.RunReader;
import dev.tidemark.operator.kubernetes.status.Announcer;
import dev.tidemark.operator.kubernetes.status.BackupStatus;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Observe, decide, act, report, for one backup. */
@ControllerConfiguration(name = "streamingjobbackup", triggerReconcilerOnAllEvents = true)
public final class BackupReconciler implements Reconciler<StreamingJobBackup> {
  /** Holds a backup whose data is to go with it. Taking it off by hand leaves the data. */
  static final String FINALIZER = "tidemark.dev/backup-data";

  private static final String OURS =
      Labels.MANAGED_BY + "=" + Labels.TIDEMARK + "," + Labels.COMPONENT + "=" + Labels.BACKUP;

  private final KubernetesClient client;
  private final Clock clock;
  private final Platform platform;
  private final Announcer announcer;
  private final PodEvents events;
  private final RunLog log;
  private IndexerResourceCache<StreamingJobBackup> backups;
  private InformerEventSource<StreamingJob, StreamingJobBackup> jobs;

  /** A reconciler for every backup; {@code instance} is the name of this operator's pod. */
  public BackupReconciler(
      KubernetesClient client, Clock clock, Platform platform, String instance) {
    this.client = client;
    this.clock = clock;
    this.platform = platform;
    this.announcer = new Announcer(client, clock, instance);
    this.events = new PodEvents(client);
    this.log = new RunLog(client);
  }

  @Override
  public List<EventSource<?, StreamingJobBackup>> prepareEventSources(
      EventSourceContext<StreamingJobBackup> context) {
    backups = context.getPrimaryCache();
    jobs =
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(StreamingJob.class, StreamingJobBackup.class)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(this::waiting)
                .build(),
            context);
    return List.of(
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Job.class, StreamingJobBackup.class)
                .withLabelSelector(OURS)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(BackupReconciler::owner)
                .build(),
            context),
        new InformerEventSource<>(
            InformerEventSourceConfiguration.from(Pod.class, StreamingJobBackup.class)
                .withLabelSelector(OURS)
                .withNamespacesInheritedFromController()
                .withSecondaryToPrimaryMapper(this::ownerOfRun)
                .build(),
            context),
        jobs);
  }

  private static Set<ResourceID> owner(HasMetadata run) {
    return run.getMetadata().getOwnerReferences().stream()
        .filter(o -> o.getKind().equals(StreamingJobBackup.KIND))
        .map(o -> new ResourceID(o.getName(), run.getMetadata().getNamespace()))
        .collect(Collectors.toSet());
  }

  /** A pod belongs to a run, and its run to a backup whose name its own begins with. */
  private Set<ResourceID> ownerOfRun(Pod pod) {
    String run = Labels.label(pod, Labels.JOB_NAME);
    return backups == null || run == null
        ? Set.of()
        : backups
            .list(pod.getMetadata().getNamespace(), b -> run.startsWith(BackupJob.stem(b)))
            .map(ResourceID::fromResource)
            .collect(Collectors.toSet());
  }

  /** The backups of a job that have not been made: its change may be what they wait for. */
  private Set<ResourceID> waiting(StreamingJob job) {
    return backups == null
        ? Set.of()
        : backups
            .list(
                job.getMetadata().getNamespace(),
                b ->
                    b.getSpec().jobRef().name().equals(job.getMetadata().getName())
                        && !BackupStatus.over(b))
            .map(ResourceID::fromResource)
            .collect(Collectors.toSet());
  }

  /** The backups this operator knows, as they are in its cache: for the metrics. */
  public List<StreamingJobBackup> backups() {
    return backups == null ? List.of() : backups.list(b -> true).toList();
  }

  @Override
  public UpdateControl<StreamingJobBackup> reconcile(
      StreamingJobBackup backup, Context<StreamingJobBackup> context) {
    if (context.isPrimaryResourceDeleted()) {
      return UpdateControl.noUpdate(); // it was the last we heard of it
    }
    String name = backup.getSpec().jobRef().name();
    Optional<StreamingJob> job =
        jobs.get(new ResourceID(name, backup.getMetadata().getNamespace()));
    BackupObservation seen = observe(backup, job, context);
    BackupDecision decision = BackupRules.decide(seen);
    if (decision.start() != null) {
      Outcome outcome = start(decision.start(), backup, job.orElseThrow());
      if (!outcome.done()) {
        decision = BackupRules.decide(seen.afterRefusal(outcome.message()));
      }
    }
    return report(backup, job, decision);
  }

  private BackupObservation observe(
      StreamingJobBackup backup, Optional<StreamingJob> job, Context<StreamingJobBackup> context) {
    Instant now = clock.instant();
    String uid = backup.getMetadata().getUid();
    PodReader pods = new PodReader(uid, pod -> events.of(pod, now));
    RunReader runs =
        new RunReader(
            context.getSecondaryResources(Job.class),
            context.getSecondaryResources(Pod.class),
            pods::problem,
            log::progress);
    StreamingJobBackupStatus status = backup.getStatus();
    String asked =
        backup.getSpec().verification() == null
            ? null
            : backup.getSpec().verification().requestId();
    return new BackupObservation(
        now,
        backup.getMetadata().getName(),
        backup.getMetadata().getDeletionTimestamp() != null,
        backup.getMetadata().getFinalizers() != null
            && backup.getMetadata().getFinalizers().contains(FINALIZER),
        erased(backup, job),
        BackupSubject.of(backup, job, now),
        BackupStatus.over(backup),
        asked,
        status == null || status.verification() == null ? null : status.verification().requestId(),
        runs.run(BackupJob.name(backup, Work.CREATE), uid),
        asked == null ? RunSeen.ABSENT : runs.run(BackupJob.name(backup, Work.LOOK), uid),
        runs.run(BackupJob.name(backup, Work.ERASE), uid),
        null);
  }

  private static boolean erased(StreamingJobBackup backup, Optional<StreamingJob> job) {
    Backup.DeletionPolicy policy = backup.getSpec().deletionPolicy();
    return policy == Backup.DeletionPolicy.Delete
        || (policy == null
            && job.map(j -> j.getSpec().backup())
                .map(b -> b.deletionPolicy() == Backup.DeletionPolicy.Delete)
                .orElse(
                    backup.getMetadata().getFinalizers() != null
                        && backup.getMetadata().getFinalizers().contains(FINALIZER)));
  }

  private Outcome start(Work work, StreamingJobBackup backup, StreamingJob job) {
    return new BackupRuns(client, platform).start(work, backup, job);
  }

  private UpdateControl<StreamingJobBackup> report(
      StreamingJobBackup backup, Optional<StreamingJob> job, BackupDecision decision) {
    if (decision.ended() != null) {
      forget(backup, decision.ended());
      drill(backup, job, decision.ended());
    }
    Optional<StreamingJobBackupStatus> status =
        BackupStatus.after(backup, decision, clock.instant());
    try {
      if (decision.hold() != null) {
        hold(backup, decision.hold());
      } else if (status.isPresent()) {
        StreamingJobBackup next = new StreamingJobBackup();
        next.setMetadata(backup.getMetadata());
        next.setSpec(backup.getSpec());
        next.setStatus(status.get());
        client.resource(next).updateStatus();
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != 404 && e.getCode() != 409) {
        throw e;
      }
      return UpdateControl.<StreamingJobBackup>noUpdate().rescheduleAfter(Duration.ofMillis(100));
    }
    if (decision.event() != null) {
      BackupDecision.Event event = decision.event();
      announcer.tell(backup, event.reason(), event.sentence(), event.warning());
      job.ifPresent(j -> announcer.tell(j, event.reason(), event.sentence(), event.warning()));
    }
    UpdateControl<StreamingJobBackup> done = UpdateControl.noUpdate();
    return decision.wake() == null
        ? done
        : done.rescheduleAfter(
            Duration.between(clock.instant(), decision.wake()).plusMillis(1).abs());
  }

  private void hold(StreamingJobBackup backup, boolean held) {
    client
        .resource(backup)
        .edit(
            b -> {
              if (held) {
                b.addFinalizer(FINALIZER);
              } else {
                b.removeFinalizer(FINALIZER);
              }
              return b;
            });
  }

  /** Before the end is told of, so that it is asked for even if this operator dies between. */
  private void drill(StreamingJobBackup made, Optional<StreamingJob> job, RunReport report) {
    boolean wanted =
        report.completed()
            && made.getSpec().verification() == null
            && job.map(j -> j.getSpec().backup())
                .map(b -> b.verify().onCompletion() == Backup.Level.RestoreDrill)
                .orElse(false);
    if (wanted) {
      BackupRuns.ask(
          client,
          made.getMetadata().getNamespace(),
          made.getMetadata().getName(),
          "on-completion",
          Backup.Level.RestoreDrill);
    }
  }

  /** What retention did not keep: the data is gone, so its resource has nothing to stand for. */
  private void forget(StreamingJobBackup made, RunReport report) {
    if (report.forgotten() == null) {
      return;
    }
    for (String name : report.forgotten()) {
      StreamingJobBackup gone =
          client
              .resources(StreamingJobBackup.class)
              .inNamespace(made.getMetadata().getNamespace())
              .withName(name)
              .get();
      if (gone != null && gone.getSpec().jobRef().equals(made.getSpec().jobRef())) {
        hold(gone, false);
        client.resource(gone).delete();
      }
    }
  }
}
