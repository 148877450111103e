package dev.tidemark.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What simulated driver pods do not do themselves: each of them reports in its job's Lease every
 * minute, as {@code contract/README.md} says, that it has nothing to do.
 */
final class ReportingDrivers implements AutoCloseable {
  private static final int EVERY_SECONDS = 60;
  private static final DateTimeFormatter MICRO_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KubernetesClient client;
  private final String namespace;
  private final ObjectNode report;
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(4);
  private final SharedIndexInformer<Pod> pods;
  private final Map<String, Pod> running = new ConcurrentHashMap<>();
  private final Map<String, Instant> made = new ConcurrentHashMap<>();
  private final AtomicLong reports = new AtomicLong();

  ReportingDrivers(KubernetesClient client, String namespace) throws IOException {
    this.client = client;
    this.namespace = namespace;
    Path sample = Path.of("contract", "progress", "running.json");
    this.report = (ObjectNode) JSON.readTree(Files.readString(sample));
    this.report.remove("recovery");
    this.pods =
        client
            .pods()
            .inNamespace(namespace)
            .withLabel("app.kubernetes.io/component", "driver")
            .inform(new Drivers());
  }

  /** Reports written so far. */
  long reports() {
    return reports.get();
  }

  /** Driver pods that run, by the names of their jobs. */
  Map<String, Pod> running() {
    return Map.copyOf(running);
  }

  /** When the pod of that name was first seen; null before. */
  Instant made(String pod) {
    return made.get(pod);
  }

  private final class Drivers implements ResourceEventHandler<Pod> {
    @Override
    public void onAdd(Pod pod) {
      made.putIfAbsent(pod.getMetadata().getName(), Instant.now());
      look(pod);
    }

    @Override
    public void onUpdate(Pod before, Pod pod) {
      look(pod);
    }

    @Override
    public void onDelete(Pod pod, boolean unknown) {
      running.remove(job(pod), pod);
    }

    private void look(Pod pod) {
      boolean runs = "Running".equals(pod.getStatus().getPhase());
      if (!runs) {
        running.computeIfPresent(job(pod), (job, known) -> same(known, pod) ? null : known);
      } else if (!same(running.put(job(pod), pod), pod)) {
        long spread = Math.floorMod(pod.getMetadata().getUid().hashCode(), EVERY_SECONDS * 1_000L);
        var unused = threads.schedule(() -> begin(pod, spread), 0, TimeUnit.MILLISECONDS);
      }
    }
  }

  private static boolean same(Pod one, Pod other) {
    return one != null && one.getMetadata().getUid().equals(other.getMetadata().getUid());
  }

  private static String job(Pod pod) {
    return pod.getMetadata().getLabels().get("tidemark.dev/job");
  }

  /**
   * At once, and then every minute as an idle one, so that not all jobs report at the same time.
   */
  private void begin(Pod pod, long spread) {
    report(pod, false);
    var unused =
        threads.scheduleAtFixedRate(
            () -> report(pod, true), spread, EVERY_SECONDS * 1_000L, TimeUnit.MILLISECONDS);
  }

  private void report(Pod pod, boolean idle) {
    if (!same(running.get(job(pod)), pod)) {
      return; // it is gone, and so is what it would say
    }
    try {
      client
          .leases()
          .inNamespace(namespace)
          .withName(job(pod) + "-driver")
          .patch(PatchContext.of(PatchType.JSON_MERGE), lease(pod, idle));
      reports.incrementAndGet();
    } catch (KubernetesClientException | JsonProcessingException e) {
      System.out.println("No report of " + pod.getMetadata().getName() + ": " + e.getMessage());
    }
  }

  private String lease(Pod pod, boolean idle) throws JsonProcessingException {
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    ObjectNode said = report.deepCopy();
    said.put("attempt", Job.attempt(pod)).put("lag", 0).put("lastCommitAt", now.toString());
    said.withObject("/batch").put("time", now.toString()).put("records", 0).put("written", 0);
    said.withObject("/checkpoint").put("time", now.toString());
    ObjectNode lease = JSON.createObjectNode();
    lease.withObject("/metadata/labels").put("tidemark.dev/idle", Boolean.toString(idle));
    lease
        .withObject("/metadata/annotations")
        .put("tidemark.dev/progress", JSON.writeValueAsString(said));
    lease
        .withObject("/spec")
        .put("holderIdentity", pod.getMetadata().getName())
        .put("renewTime", MICRO_TIME.format(now));
    return JSON.writeValueAsString(lease);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    pods.close();
  }
}
