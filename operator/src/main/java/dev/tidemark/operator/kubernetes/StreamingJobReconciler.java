package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobBackup;
import dev.tidemark.crds.StreamingJobStatus;
import dev.tidemark.operator.core.Decider;
import dev.tidemark.operator.core.Decision;
import dev.tidemark.operator.core.Observation;
import dev.tidemark.operator.core.Outcome;
import dev.tidemark.operator.core.Step;
import dev.tidemark.operator.core.backup.ScheduleDecision;
import dev.tidemark.operator.kubernetes.manifests.Owner;
import dev.tidemark.operator.kubernetes.manifests.Platform;
import dev.tidemark.operator.kubernetes.reading.LeaseReader;
import dev.tidemark.operator.kubernetes.reading.Observer;
import dev.tidemark.operator.kubernetes.status.Announcer;
import dev.tidemark.operator.kubernetes.status.FiguresPace;
import dev.tidemark.operator.kubernetes.status.StatusPatch;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Observe, decide, act, report: one pass per event. All that is known between two passes is in the
 * cluster.
 */
@ControllerConfiguration(name = "streamingjob")
public final class StreamingJobReconciler implements Reconciler<StreamingJob> {
  private static final Duration AT_ONCE = Duration.ofMillis(20);
  private static final int TRIES = 5;
  private static final Duration LONGEST = Duration.ofHours(1);

  private final KubernetesClient client;
  private final Clock clock;
  private final Platform platform;
  private final Observer observer;
  private final Announcer announcer;
  private final BackupSchedules schedules;
  private final StatusNews news;
  private final Sources sources;
  private final FiguresPace pace;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(StreamingJobReconciler::daemon);

  /**
   * A reconciler for every job of the cluster; {@code instance} is the name of this operator's pod.
   */
  public StreamingJobReconciler(
      KubernetesClient client, Clock clock, Platform platform, String instance) {
    this.client = client;
    this.clock = clock;
    this.platform = platform;
    this.observer = new Observer(client, clock, platform);
    this.announcer = new Announcer(client, clock, instance);
    this.schedules = new BackupSchedules(client, announcer);
    this.news = new StatusNews(announcer, schedules);
    this.sources = new Sources(clock);
    this.pace = new FiguresPace(() -> sources.jobs().size(), clock);
  }

  @Override
  public List<EventSource<?, StreamingJob>> prepareEventSources(
      EventSourceContext<StreamingJob> context) {
    return sources.prepare(context);
  }

  /** What a driver last reported; times and figures are null while unknown. */
  public record Report(Long lag, Instant checkpointAt, Instant lastCommitAt) {}

  /** The newest report of a job's driver, from the cache. */
  public Report report(StreamingJob job) {
    return sources
        .report(job)
        .map(
            r ->
                new Report(
                    r.json().hasNonNull("lag") ? Long.valueOf(r.json().get("lag").asLong()) : null,
                    r.seen().checkpointAt(),
                    r.seen().lastCommitAt()))
        .orElse(new Report(null, null, null));
  }

  /** The jobs this operator knows, as they are in its cache: for the metrics. */
  public List<StreamingJob> jobs() {
    return sources.jobs();
  }

  @Override
  public UpdateControl<StreamingJob> reconcile(StreamingJob job, Context<StreamingJob> context) {
    List<Pod> pods = known(context, Pod.class);
    List<ConfigMap> settings = known(context, ConfigMap.class);
    List<Job> runs = known(context, Job.class);
    Optional<Lease> lease = sources.lease(job);

    Observation seen = observer.observe(job, pods, settings, runs, lease);
    Decision decision = Decider.decide(seen);
    if (decision.lookFirst()) {
      seen = observer.confirm(job, pods, settings, runs, lease);
      decision = Decider.decide(seen);
    }
    Decision acted = act(job, seen, decision);
    Optional<LeaseReader> report =
        lease.filter(l -> Owner.is(l, seen(job))).flatMap(LeaseReader::read);
    Instant now = seen.now();
    Set<StreamingJobBackup> backups = context.getSecondaryResources(StreamingJobBackup.class);
    ScheduleDecision scheduled = schedules.run(job, backups, now);
    boolean idle = report.map(r -> r.seen().idle()).orElse(false) && StatusPatch.showsIdle(job);
    Duration figuresEvery = pace.every(idle);
    Optional<StreamingJobStatus> status =
        StatusPatch.of(
            job,
            acted,
            scheduled.verdict(),
            BackupSchedules.status(job, backups, scheduled),
            report,
            figuresEvery,
            now);
    if (status.isPresent() && !write(job, status.get(), context)) {
      return UpdateControl.<StreamingJob>noUpdate().rescheduleAfter(AT_ONCE);
    }
    sources.await(job, report, acted.workingUntil());
    Instant figures =
        report.isEmpty()
            ? null
            : nextFigures(status.isPresent() ? now : StatusPatch.figuresAt(job), figuresEvery, now);
    return rescheduled(earliest(earliest(acted.wake(), scheduled.wake()), figures));
  }

  /** A set of them would hash every pod from top to toe. */
  private static <R> List<R> known(Context<StreamingJob> context, Class<R> type) {
    return context.getSecondaryResourcesAsStream(type).toList();
  }

  private static Instant nextFigures(Instant last, Duration every, Instant now) {
    Instant next = last == null ? now : last.plus(every);
    return next.isAfter(now) ? next : now.plus(every);
  }

  private static String seen(StreamingJob job) {
    return job.getMetadata().getUid();
  }

  /**
   * Does the steps in order. What the API server refuses is observed too, and decided about again.
   */
  private Decision act(StreamingJob job, Observation seen, Decision decision) {
    Objects objects = new Objects(client, job, threads, sources::created);
    KubernetesEffects effects = new KubernetesEffects(client, job, platform, objects);
    List<Step> done = new ArrayList<>();
    Decision result = decision;
    for (Step step : decision.steps()) {
      Outcome outcome = step.action().perform(effects);
      if (!outcome.done()) {
        result = Decider.decide(seen.afterRefusal(outcome));
        if (result.memory().rejection() == null || result.memory().rejection().tries() == 1) {
          announcer.tell(job, outcome.reason().name(), outcome.message(), true);
        }
        break;
      }
      done.add(step);
    }
    for (Step step : done) {
      if (step.announced()) {
        announcer.tell(job, step);
      } else {
        announcer.note(job, step);
      }
    }
    return result;
  }

  /**
   * Writes the status on the version it was decided from: a decision made from a stale view never
   * overwrites a newer memory. Where only others have written meanwhile, what was done is noted all
   * the same: else an end that was acted upon would never be counted. False when the view was
   * stale, or others write without pause; then everything is looked at again.
   */
  private boolean write(
      StreamingJob job, StreamingJobStatus status, Context<StreamingJob> context) {
    StreamingJob on = job;
    for (int tries = 1; ; tries++) {
      try {
        StreamingJob updated = client.resource(with(on, status)).updateStatus();
        context
            .eventSourceRetriever()
            .getControllerEventSource()
            .handleRecentResourceUpdate(ResourceID.fromResource(on), updated, on);
        news.tell(job, status);
        return true;
      } catch (KubernetesClientException e) {
        if (e.getCode() == 404) {
          return true; // deleted meanwhile: nobody is left to tell
        }
        if (e.getCode() != 409) {
          throw e;
        }
      }
      if (tries == TRIES) {
        return false;
      }
      on = client.resource(job).get();
      if (on == null) {
        return true;
      }
      if (!seen(on).equals(seen(job))
          || !Optional.ofNullable(on.getStatus()).equals(Optional.ofNullable(job.getStatus()))) {
        return false;
      }
    }
  }

  private static StreamingJob with(StreamingJob job, StreamingJobStatus status) {
    StreamingJob next = new StreamingJob();
    next.setMetadata(job.getMetadata());
    next.setSpec(job.getSpec());
    next.setStatus(status);
    return next;
  }

  private static Instant earliest(Instant a, Instant b) {
    return a == null || (b != null && b.isBefore(a)) ? b : a;
  }

  private UpdateControl<StreamingJob> rescheduled(Instant wake) {
    if (wake == null) {
      return UpdateControl.noUpdate();
    }
    Duration wait = Duration.between(clock.instant(), wake);
    Duration clamped =
        wait.isNegative() ? Duration.ZERO : wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    return UpdateControl.<StreamingJob>noUpdate().rescheduleAfter(clamped.plusMillis(1));
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "make");
    thread.setDaemon(true);
    return thread;
  }
}
