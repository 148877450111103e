package dev.tidemark.e2e;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** A {@code StreamingJob} as its user sees it: an object with a status, and pods with labels. */
public final class Job {
  private static final ResourceDefinitionContext KIND =
      new ResourceDefinitionContext.Builder()
          .withGroup("tidemark.dev")
          .withVersion("v1alpha1")
          .withKind("StreamingJob")
          .withPlural("streamingjobs")
          .withNamespaced(true)
          .build();

  private final KubernetesClient client;
  private final String namespace;
  private final String name;

  /** A job that may not exist yet. */
  public Job(KubernetesClient client, String namespace, String name) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
  }

  /** Its name. */
  public String name() {
    return name;
  }

  /** Its namespace. */
  public String namespace() {
    return namespace;
  }

  private Resource<GenericKubernetesResource> resource() {
    return client.genericKubernetesResources(KIND).inNamespace(namespace).withName(name);
  }

  /** The object, or null. */
  public GenericKubernetesResource get() {
    return resource().get();
  }

  /** Creates it from a manifest. */
  public void create(String manifest) {
    GenericKubernetesResource object =
        Serialization.unmarshal(manifest, GenericKubernetesResource.class);
    client.genericKubernetesResources(KIND).inNamespace(namespace).resource(object).create();
  }

  /** Merges JSON into it, as {@code kubectl patch --type=merge} does. */
  public void patch(String json) {
    resource().patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  /**
   * Empties its status through the status subresource, as a restored or careless object would have
   * it.
   */
  public void wipeStatus() {
    GenericKubernetesResource object = get();
    object.setAdditionalProperty("status", Map.of());
    object.getMetadata().setResourceVersion(null);
    resource(object).updateStatus();
  }

  private Resource<GenericKubernetesResource> resource(GenericKubernetesResource object) {
    return client.genericKubernetesResources(KIND).inNamespace(namespace).resource(object);
  }

  /** Deletes it and waits until the object and all its pods are gone. */
  public void delete(Duration within) {
    resource().delete();
    await("is gone", within, Objects::isNull);
    Awaitility.await("the pods of %s/%s are gone".formatted(namespace, name))
        .atMost(within)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                client
                    .pods()
                    .inNamespace(namespace)
                    .withLabel("tidemark.dev/job", name)
                    .list()
                    .getItems()
                    .isEmpty());
  }

  /** A value of the status, or null: {@code status("lastRecovery", "from")}. */
  public Object status(String... path) {
    return status(get(), path);
  }

  /** A value of an object's status, for predicates: they must not ask the API server again. */
  public static Object status(GenericKubernetesResource object, String... path) {
    Object value = object == null ? null : object.getAdditionalProperties().get("status");
    for (String step : path) {
      value = value instanceof Map<?, ?> map ? map.get(step) : null;
    }
    return value;
  }

  /** A number of the status, 0 when absent. */
  public long number(String... path) {
    return number(get(), path);
  }

  /** A number of an object's status, for predicates. */
  public static long number(GenericKubernetesResource object, String... path) {
    return status(object, path) instanceof Number number ? number.longValue() : 0;
  }

  /** One condition. */
  public record Condition(
      String type, String status, String reason, String message, long generation) {
    static final Condition NONE = new Condition("", "", "", "", 0);

    boolean isTrue() {
      return status.equals("True");
    }
  }

  /** The condition of that type; empty words when there is none. */
  public Condition condition(String type) {
    return condition(get(), type);
  }

  /** One condition of an object, for predicates. */
  public static Condition condition(GenericKubernetesResource object, String type) {
    if (!(status(object, "conditions") instanceof List<?> conditions)) {
      return Condition.NONE;
    }
    return conditions.stream()
        .map(Map.class::cast)
        .filter(condition -> type.equals(condition.get("type")))
        .findFirst()
        .map(
            c ->
                new Condition(
                    type,
                    text(c.get("status")),
                    text(c.get("reason")),
                    text(c.get("message")),
                    c.get("observedGeneration") instanceof Number n ? n.longValue() : 0))
        .orElse(Condition.NONE);
  }

  private static String text(Object value) {
    return value == null ? "" : value.toString();
  }

  /** Waits until the driver of the newest generation commits. */
  public void awaitReady(Duration within) {
    await(
        "is Ready",
        within,
        object ->
            condition(object, "Ready").isTrue()
                && condition(object, "Ready").generation() == object.getMetadata().getGeneration());
  }

  /** Waits for a condition with one of the given reasons. */
  public Condition awaitCondition(String type, String status, Duration within, String... reasons) {
    await(
        "has %s=%s %s".formatted(type, status, List.of(reasons)),
        within,
        object -> {
          Condition condition = condition(object, type);
          return condition.status().equals(status)
              && (reasons.length == 0 || List.of(reasons).contains(condition.reason()));
        });
    return condition(type);
  }

  /** Waits for a phase. */
  public void awaitPhase(String phase, Duration within) {
    await("is " + phase, within, object -> phase.equals(status(object, "phase")));
  }

  /**
   * Suspends it, and waits until it says so. No driver may be at work then, not even one that
   * finishes its last batch: what is done to the checkpoint next would be undone by it.
   */
  public void suspend(Duration within) {
    patch("{\"spec\": {\"suspend\": true}}");
    awaitPhase("Suspended", within);
    List<String> atWork =
        pods("driver").stream()
            .filter(pod -> !ended(pod))
            .map(pod -> pod.getMetadata().getName())
            .toList();
    if (!atWork.isEmpty()) {
      throw new AssertionError(
          "StreamingJob %s/%s says Suspended, and %s runs.".formatted(namespace, name, atWork));
    }
  }

  /** Lets a suspended job go on; does not wait. */
  public void resume() {
    patch("{\"spec\": {\"suspend\": false}}");
  }

  /**
   * Waits until the object, null when gone, satisfies a predicate; says what it looked like if it
   * never does. The predicate looks at the object alone: it runs on a thread that also carries the
   * tunnels, so that one that asks the store waits for itself.
   */
  public void await(String what, Duration within, Predicate<GenericKubernetesResource> predicate) {
    try {
      resource().waitUntilCondition(predicate, within.toMillis(), TimeUnit.MILLISECONDS);
    } catch (KubernetesClientTimeoutException e) {
      String seen = Serialization.asYaml(status());
      throw new AssertionError(
          "StreamingJob %s/%s: not within %s: %s. Its status: %s"
              .formatted(namespace, name, within, what, seen),
          e);
    }
  }

  /**
   * Driver pods that are not on their way out and do not wait for their turn, the newest attempt
   * last.
   */
  public List<Pod> drivers() {
    return pods("driver").stream()
        .filter(pod -> !waits(pod))
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> !ended(pod))
        .sorted(Comparator.comparingInt(Job::attempt))
        .toList();
  }

  /** True for a pod that gets ready beside the driver it is to follow. */
  private static boolean waits(Pod pod) {
    return "waits".equals(pod.getMetadata().getAnnotations().get("tidemark.dev/successor"));
  }

  private static boolean ended(Pod pod) {
    return List.of("Succeeded", "Failed").contains(pod.getStatus().getPhase());
  }

  /** The live driver pod; fails when there is none. */
  public Pod driver() {
    List<Pod> drivers = drivers();
    if (drivers.isEmpty()) {
      throw new IllegalStateException(
          "StreamingJob %s/%s has no live driver pod.".formatted(namespace, name));
    }
    return drivers.get(drivers.size() - 1);
  }

  /** Number of the attempt a driver pod is. */
  public static int attempt(Pod pod) {
    return Integer.parseInt(
        pod.getMetadata().getLabels().getOrDefault("tidemark.dev/attempt", "0"));
  }

  /** Executor pods that are ready or run. */
  public List<Pod> executors() {
    return pods("executor").stream()
        .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
        .filter(pod -> "Running".equals(pod.getStatus().getPhase()))
        .toList();
  }

  /** Pods of one component: driver, check or executor. */
  public List<Pod> pods(String component) {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabels(Map.of("tidemark.dev/job", name, "app.kubernetes.io/component", component))
        .list()
        .getItems();
  }

  /** Waits until a driver of at least the given attempt is ready. */
  public Pod awaitDriver(int attempt, Duration within) {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabels(Map.of("tidemark.dev/job", name, "app.kubernetes.io/component", "driver"))
        .waitUntilCondition(
            pod -> pod != null && attempt(pod) >= attempt && Readiness.isPodReady(pod),
            within.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Waits until its driver has said, and said again, that there is nothing to do. */
  public void awaitIdle(Duration within) {
    client
        .leases()
        .inNamespace(namespace)
        .withName(name + "-driver")
        .waitUntilCondition(
            lease ->
                lease != null
                    && "true".equals(lease.getMetadata().getLabels().get("tidemark.dev/idle")),
            within.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  /** Events about it, as {@code reason: message}, oldest first. */
  public List<String> events() {
    return client
        .v1()
        .events()
        .inNamespace(namespace)
        .withField("involvedObject.name", name)
        .list()
        .getItems()
        .stream()
        .sorted(
            Comparator.comparing(
                event ->
                    Objects.toString(
                        event.getLastTimestamp(), event.getMetadata().getCreationTimestamp())))
        .map(event -> event.getReason() + ": " + event.getMessage())
        .toList();
  }
}
