package dev.tidemark.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidemark.operator.kubernetes.manifests.Labels;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@EnableKubernetesMockClient(crud = true)
final class IdleLeasesTest {
  private static final String IDLE_ONES = Labels.IDLE + "=true";
  private static final ResourceID JOB = new ResourceID("orders", "shop");

  KubernetesClient client;
  private final List<ResourceID> woken = new ArrayList<>();
  private IdleLeases leases;

  @AfterEach
  void stop() {
    leases.stop();
  }

  @Test
  void listsThoseOfIdleDriversAndWakesNobodyForIt() {
    write("shop", "orders", true, "a");
    write("shop", "returns", false, "a");
    start(new IdleLeases(client, IDLE_ONES, Set.of(), Sources::job));

    assertThat(known(JOB)).contains("a");
    assertThat(known(new ResourceID("returns", "shop"))).isEmpty();
    assertThat(woken).isEmpty();
  }

  @Test
  void listsOnlyTheNamespacesThatAreWatched() {
    write("shop", "orders", true, "a");
    write("elsewhere", "orders", true, "b");
    start(new IdleLeases(client, IDLE_ONES, Set.of("shop"), Sources::job));

    assertThat(known(JOB)).contains("a");
    assertThat(known(new ResourceID("orders", "elsewhere"))).isEmpty();
  }

  @Test
  void theNextListingWakesTheJobsWithNewsAndForgetsThoseAtWork() {
    write("shop", "orders", true, "a");
    write("shop", "returns", true, "a");
    write("shop", "parcels", true, "a");
    start(new IdleLeases(client, IDLE_ONES, Set.of(), Sources::job));
    leases.setOnUpdateFilter((now, before) -> said(now).equals("news"));

    write("shop", "orders", true, "news");
    write("shop", "returns", true, "b");
    write("shop", "parcels", false, "news");
    leases.getStateAndFillCache();

    assertThat(woken).containsExactly(JOB);
    assertThat(known(new ResourceID("returns", "shop"))).contains("b");
    assertThat(known(new ResourceID("parcels", "shop"))).isEmpty();
  }

  @Test
  void whatWasSeenOtherwiseReplacesWhatWasListed() {
    write("shop", "orders", true, "a");
    start(new IdleLeases(client, IDLE_ONES, Set.of(), Sources::job));

    leases.seen(JOB, Optional.of(lease("shop", "orders", true, "b")));
    assertThat(known(JOB)).contains("b");
    leases.forget(JOB);
    assertThat(known(JOB)).isEmpty();
    assertThat(woken).isEmpty();
  }

  @Test
  void whatCannotBeListedStaysKnown() {
    Map<ResourceID, Set<Lease>> listed = Map.of(JOB, Set.of(lease("shop", "orders", true, "a")));
    boolean[] away = new boolean[1];
    start(
        new IdleLeases(
            () -> {
              if (away[0]) {
                throw new KubernetesClientException("the API server does not answer");
              }
              return listed;
            }));
    away[0] = true;
    leases.getStateAndFillCache();

    assertThat(known(JOB)).contains("a");
  }

  private void start(IdleLeases made) {
    leases = made;
    leases.setEventHandler(event -> woken.add(event.getRelatedCustomResourceID()));
    leases.start();
  }

  private Optional<String> known(ResourceID job) {
    return leases.of(job).map(IdleLeasesTest::said);
  }

  private static String said(Lease lease) {
    return lease.getMetadata().getAnnotations().get(Labels.PROGRESS);
  }

  private void write(String namespace, String job, boolean idle, String report) {
    client.resource(lease(namespace, job, idle, report)).createOr(r -> r.update());
  }

  private static Lease lease(String namespace, String job, boolean idle, String report) {
    return new LeaseBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(job + "-driver")
        .addToLabels(Labels.JOB, job)
        .addToLabels(Labels.IDLE, Boolean.toString(idle))
        .addToAnnotations(Labels.PROGRESS, report)
        .endMetadata()
        .build();
  }
}
