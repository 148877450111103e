package dev.tidemark.operator.kubernetes;

import dev.tidemark.crds.StreamingJob;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.polling.PollingConfigurationBuilder;
import io.javaoperatorsdk.operator.processing.event.source.polling.PollingEventSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Leases of drivers that have nothing to do, listed all together now and then. To hear of each
 * report by itself, and find the caches cold each time, costs many times more.
 */
final class IdleLeases extends PollingEventSource<Lease, StreamingJob, String> {
  /** What is known here may be so old. */
  static final Duration EVERY = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(IdleLeases.class);

  /** A page is small enough for the young generation. */
  private static final long PAGE = 100;

  private final GenericResourceFetcher<Lease> listing;

  /** {@code job} is whose Lease it is; {@code namespaces} empty for all. */
  IdleLeases(
      KubernetesClient client,
      String selector,
      Set<String> namespaces,
      Function<Lease, Set<ResourceID>> job) {
    this(() -> list(client, selector, namespaces, job));
  }

  IdleLeases(GenericResourceFetcher<Lease> listing) {
    super(
        Lease.class,
        new PollingConfigurationBuilder<Lease, String>(listing, EVERY)
            .withName("idle-leases")
            .withResourceIDMapper(lease -> lease.getMetadata().getName())
            .build());
    this.listing = listing;
    setOnAddFilter(lease -> false);
    setOnDeleteFilter((lease, unsure) -> false);
  }

  /**
   * What cannot be listed now stays as it is known, and is listed the next time. Whoever looks
   * meanwhile must not wait for the API server's answer, hence no lock.
   */
  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  protected void getStateAndFillCache() {
    try {
      handleResources(listing.fetchResources());
    } catch (KubernetesClientException e) {
      LOG.warn("The Leases of idle drivers cannot be listed: {}", e.getMessage());
    }
  }

  private static Map<ResourceID, Set<Lease>> list(
      KubernetesClient client,
      String selector,
      Set<String> namespaces,
      Function<Lease, Set<ResourceID>> job) {
    Map<ResourceID, Set<Lease>> found = new HashMap<>();
    places(client, namespaces)
        .map(place -> place.withLabelSelector(selector))
        .forEach(
            place -> {
              String next = null;
              do {
                LeaseList page =
                    place.list(new ListOptionsBuilder().withLimit(PAGE).withContinue(next).build());
                page.getItems()
                    .forEach(lease -> job.apply(lease).forEach(of -> found.put(of, Set.of(lease))));
                next = page.getMetadata().getContinue();
              } while (next != null && !next.isEmpty());
            });
    return found;
  }

  private static Stream<FilterWatchListDeletable<Lease, LeaseList, Resource<Lease>>> places(
      KubernetesClient client, Set<String> namespaces) {
    return namespaces.isEmpty()
        ? Stream.of(client.leases().inAnyNamespace())
        : namespaces.stream().map(namespace -> client.leases().inNamespace(namespace));
  }

  Optional<Lease> of(ResourceID job) {
    return getSecondaryResources(job).stream().findFirst();
  }

  /** This version of it is newer than what was listed. */
  synchronized void seen(ResourceID job, Optional<Lease> lease) {
    lease.ifPresentOrElse(l -> handleResources(job, Set.of(l), false), () -> handleDelete(job));
  }

  /** It was heard of otherwise. */
  void forget(ResourceID job) {
    seen(job, Optional.empty());
  }
}
