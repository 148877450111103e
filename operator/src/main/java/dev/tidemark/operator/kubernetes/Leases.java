package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import dev.tidemark.operator.core.ProgressSeen;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.reading.LeaseNews;
import dev.tidemark.operator.kubernetes.reading.LeaseReader;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.config.informer.InformerConfiguration;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The Leases in which drivers report: those of drivers at work are watched, those of idle ones
 * listed. Every report is heard; the job is woken for those that are news.
 */
final class Leases {
  private static final String TRUE = "true";
  private static final String OF_IDLE = "," + Labels.IDLE + "=" + TRUE;
  private static final String OF_OTHERS = "," + Labels.IDLE + "!=" + TRUE;

  private final Clock clock;
  private final Silence silence;
  private KubernetesClient client;
  private InformerEventSource<Lease, StreamingJob> watched;
  private IdleLeases idle;

  Leases(Clock clock) {
    this.clock = clock;
    this.silence = new Silence(clock);
  }

  List<EventSource<?, StreamingJob>> prepare(
      EventSourceContext<StreamingJob> context,
      InformerEventSourceConfiguration.Builder<Lease> configuration,
      String selector) {
    client = context.getClient();
    watched =
        new InformerEventSource<>(
            configuration
                .withLabelSelector(selector + OF_OTHERS)
                .withOnUpdateFilter(this::isNews)
                .withOnDeleteFilter(this::isGone)
                .build(),
            context);
    Set<String> namespaces = context.getControllerConfiguration().getEffectiveNamespaces();
    idle =
        new IdleLeases(
            client,
            selector + OF_IDLE,
            InformerConfiguration.allNamespacesWatched(namespaces) ? Set.of() : namespaces,
            Sources::job);
    idle.setOnUpdateFilter(this::isNews);
    return List.of(watched, idle, silence);
  }

  private boolean isNews(Lease now, Lease before) {
    Optional<LeaseReader> report = LeaseReader.read(now);
    report
        .map(r -> r.seen().lastCommitAt())
        .ifPresent(commit -> Sources.job(now).forEach(job -> silence.heard(job, commit)));
    return LeaseNews.in(now, report, before);
  }

  /** It may only have become that of an idle driver; what was known of it as such is old. */
  private boolean isGone(Lease lease, boolean unsure) {
    Sources.job(lease).forEach(idle::forget);
    return true;
  }

  /**
   * The Lease of a job. That of an idle driver which should have reported since, and one that is
   * not known at all, is asked for.
   */
  Optional<Lease> lease(ResourceID job) {
    return known(job)
        .or(
            () -> {
              ResourceID name = name(job);
              Optional<Lease> now =
                  Optional.ofNullable(
                      client
                          .leases()
                          .inNamespace(name.getNamespace().orElseThrow())
                          .withName(name.getName())
                          .get());
              idle.seen(job, now.filter(l -> TRUE.equals(Labels.label(l, Labels.IDLE))));
              return now;
            });
  }

  private Optional<Lease> known(ResourceID job) {
    return watched.get(name(job)).or(() -> idle.of(job).filter(lease -> !isLate(lease)));
  }

  /** The same as far as it is in the caches. */
  Optional<Lease> lastKnown(ResourceID job) {
    return watched == null ? Optional.empty() : watched.get(name(job)).or(() -> idle.of(job));
  }

  /**
   * The job is looked at when nothing has been heard of its driver until then; a report that only
   * says that it went on puts that off. Null for a driver of which nothing is expected.
   */
  void await(ResourceID job, Optional<ProgressSeen> report, Instant until) {
    Instant committed = report.map(ProgressSeen::lastCommitAt).orElse(null);
    if (until == null || committed == null) {
      silence.forget(job);
    } else {
      boolean listed = report.map(ProgressSeen::idle).orElse(false);
      silence.await(job, committed, listed ? until.plus(IdleLeases.EVERY) : until);
    }
  }

  private static ResourceID name(ResourceID job) {
    return new ResourceID(job.getName() + "-driver", job.getNamespace().orElseThrow());
  }

  private boolean isLate(Lease lease) {
    return LeaseReader.read(lease)
        .map(LeaseReader::seen)
        .filter(r -> r.renewedAt() != null)
        .map(r -> clock.instant().isAfter(r.renewedAt().plus(r.nextWithin())))
        .orElse(true);
  }
}
