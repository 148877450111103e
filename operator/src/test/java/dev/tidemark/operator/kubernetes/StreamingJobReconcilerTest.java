package dev.tidemark.operator.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidemark.crds.Condition;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Platform;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.javaoperatorsdk.operator.Operator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The whole operator but its main method, on a mock API server without controllers and kubelet: the
 * test plays both.
 */
@EnableKubernetesMockClient(crud = true)
final class StreamingJobReconcilerTest {
  private static final Logger CHATTER = Logger.getLogger("io.fabric8.mockwebserver");
  private static final String NS = "demo";
  private static final String JOB = "important-events";

  KubernetesClient client;
  private Operator operator;

  @BeforeEach
  void start() {
    StreamingJobReconciler reconciler =
        new StreamingJobReconciler(
            client,
            Clock.systemUTC(),
            new Platform(
                "cluster-1",
                "tidemark/streaming-job:dev",
                "tidemark/backup:dev",
                "tidemark-executors"),
            "op-0");
    operator =
        new Operator(
            o ->
                o.withKubernetesClient(client)
                    .withCloseClientOnStop(false)
                    .withUseSSAToPatchPrimaryResource(false));
    operator.register(reconciler, c -> c.withGenerationAware(false));
    operator.start();
  }

  @BeforeAll
  static void quiet() {
    CHATTER.setLevel(Level.WARNING);
    Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
  }

  @AfterEach
  void stop() {
    operator.stop();
  }

  @Test
  void anAcceptedJobGetsADriverWithItsAccountAndSettings() throws IOException {
    apply();
    accept();

    Pod driver = eventually(() -> pod(JOB + "-driver-1").get());
    assertThat(driver.getMetadata().getOwnerReferences().get(0).getUid())
        .isEqualTo(job().getMetadata().getUid());
    assertThat(client.configMaps().inNamespace(NS).withName(JOB + "-driver-1").get().getData())
        .containsKeys("settings.json", "executor.yaml");
    assertThat(client.serviceAccounts().inNamespace(NS).withName(JOB + "-driver").get())
        .isNotNull();
    assertThat(client.rbac().roleBindings().inNamespace(NS).withName(JOB + "-executors").get())
        .isNotNull();
    assertThat(client.leases().inNamespace(NS).withName(JOB + "-driver").get()).isNotNull();
    assertThat(condition("Ready").reason()).isIn("Starting", "Checking");
  }

  @Test
  void aReportInTheLeaseMakesTheJobReady() throws IOException {
    runsADriver();
    report(1);

    await()
        .untilAsserted(
            () -> assertThat(condition("Ready").status()).isEqualTo(Condition.Status.True));
    assertThat(job().getStatus().phase().name()).isEqualTo("Running");
    assertThat(job().getStatus().epoch()).isEqualTo(5);
    assertThat(job().getStatus().attempt()).isEqualTo(1);
  }

  /** It leaves the watch, and comes back. */
  @Test
  void aDriverThatGetsIdleAndThenWorkAgainIsHeardAtOnceBothTimes() throws IOException {
    runsADriver();
    report(1);
    await().untilAsserted(() -> assertThat(job().getStatus().epoch()).isEqualTo(5));

    report(1, 6, true);
    await().untilAsserted(() -> assertThat(job().getStatus().epoch()).isEqualTo(6));
    assertThat(condition("Ready").status()).isEqualTo(Condition.Status.True);

    report(1, 7, false);
    await().untilAsserted(() -> assertThat(job().getStatus().epoch()).isEqualTo(7));
    assertThat(told()).noneMatch(m -> m.contains("Lease"));
  }

  @Test
  void aDeletedDriverIsReplacedAtOnceAndTheEventSaysWhy() throws IOException {
    runsADriver();

    pod(JOB + "-driver-1").withGracePeriod(0).delete();

    eventually(() -> pod(JOB + "-driver-2").get());
    await().untilAsserted(() -> assertThat(job().getStatus().restarts()).isEqualTo(1));
    assertThat(
            client
                .configMaps()
                .inNamespace(NS)
                .withName(JOB + "-driver-2")
                .get()
                .getData()
                .get("settings.json"))
        .contains("\"reason\" : \"DriverPodDeleted\"");
    await()
        .untilAsserted(
            () ->
                assertThat(told())
                    .anyMatch(m -> m.contains("attempt 1 ended with DriverPodDeleted")));
  }

  /** Whoever writes labels all the time makes the operator's writes conflict, not its counts. */
  @Test
  void everyRestartIsCountedWhileOthersWrite() throws IOException {
    runsADriver();
    ScheduledExecutorService others = Executors.newSingleThreadScheduledExecutor();
    try {
      AtomicLong writes = new AtomicLong();
      var unused =
          others.scheduleWithFixedDelay(
              () -> label("written", writes.incrementAndGet()), 0, 20, TimeUnit.MILLISECONDS);
      for (int attempt = 1; attempt <= 5; attempt++) {
        int now = attempt;
        await().untilAsserted(() -> assertThat(job().getStatus().attempt()).isEqualTo(now));
        pod(JOB + "-driver-" + attempt).withGracePeriod(0).delete();
      }
      eventually(() -> pod(JOB + "-driver-6").get());
    } finally {
      others.shutdownNow();
    }
    await().untilAsserted(() -> assertThat(job().getStatus().restarts()).isEqualTo(5));
  }

  private void label(String name, long value) {
    patch("{\"metadata\": {\"labels\": {\"" + name + "\": \"" + value + "\"}}}");
  }

  @Test
  void aRecoveryIsToldOnce() throws IOException {
    runsADriver();
    report(1);
    await()
        .untilAsserted(
            () -> assertThat(condition("Ready").status()).isEqualTo(Condition.Status.True));
    report(1);

    await()
        .untilAsserted(
            () ->
                assertThat(told())
                    .filteredOn(
                        m -> m.equals("Recovered from the checkpoint in 6.2 s after JvmCrashed."))
                    .hasSize(1));
  }

  @Test
  void aRefusedDefinitionStallsTheJobWithTheReasonOfTheCheckRun() throws IOException {
    apply();
    Pod check = check();
    end(
        check,
        "{\"reason\":\"InvalidFilter\",\"message\":\"unknown column 'valu'\",\"retryable\":false,\"accepted\":false}");

    await()
        .untilAsserted(
            () -> assertThat(condition("Stalled").status()).isEqualTo(Condition.Status.True));
    assertThat(condition("Stalled").reason()).isEqualTo("InvalidFilter");
    assertThat(condition("Stalled").message()).contains("unknown column 'valu'");
    await() // events follow the status
        .untilAsserted(
            () ->
                assertThat(told())
                    .filteredOn(m -> m.contains("refused generation 1: unknown column"))
                    .hasSize(1));
    assertThat(pod(JOB + "-driver-1").get()).isNull();
  }

  @Test
  void aForeignObjectOfTheSameNameIsLeftAloneAndTold() throws IOException {
    client
        .serviceAccounts()
        .inNamespace(NS)
        .resource(
            new io.fabric8.kubernetes.api.model.ServiceAccountBuilder()
                .withNewMetadata()
                .withName(JOB + "-driver")
                .withNamespace(NS)
                .endMetadata()
                .build())
        .create();
    apply();

    await().untilAsserted(() -> assertThat(condition("Ready").reason()).isEqualTo("NameCollision"));
    assertThat(condition("Ready").message()).contains("ServiceAccount " + JOB + "-driver exists");
  }

  @Test
  void aSuspendedJobLosesItsDriverAndNothingElse() throws IOException {
    runsADriver();

    change("\"suspend\": true");

    await()
        .untilAsserted(() -> assertThat(job().getStatus().phase().name()).isEqualTo("Suspended"));
    await().until(() -> pod(JOB + "-driver-1").get() == null);
    assertThat(client.configMaps().inNamespace(NS).withName(JOB + "-driver-1").get()).isNotNull();
    assertThat(pod(JOB + "-driver-2").get()).isNull();
  }

  @Test
  void aDriverThatIsReplacedRunsOnUntilItsSuccessorIsReady() throws IOException {
    runsADriver();
    report(1);
    await()
        .untilAsserted(
            () -> assertThat(condition("Ready").status()).isEqualTo(Condition.Status.True));

    change("\"restartNonce\": 7");

    Pod successor = eventually(() -> pod(JOB + "-driver-2").get());
    assertThat(successor.getMetadata().getAnnotations()).containsKey(Labels.SUCCESSOR);
    await().untilAsserted(() -> assertThat(told()).anyMatch(m -> m.contains("gets ready")));
    assertThat(pod(JOB + "-driver-1").get().getMetadata().getDeletionTimestamp()).isNull();
    assertThat(lease()).doesNotContainKey(Labels.TURN);

    client
        .leases()
        .inNamespace(NS)
        .withName(JOB + "-driver")
        .patch(
            PatchContext.of(PatchType.JSON_MERGE),
            "{\"metadata\": {\"annotations\": {\"" + Labels.STANDING_BY + "\": \"2\"}}}");

    await().until(() -> pod(JOB + "-driver-1").get() == null);
    await()
        .untilAsserted(
            () ->
                assertThat(lease().get(Labels.TURN))
                    .contains("\"attempt\":2", "\"reason\":\"RestartRequested\""));
    assertThat(pod(JOB + "-driver-3").get()).isNull();
  }

  private Map<String, String> lease() {
    return client
        .leases()
        .inNamespace(NS)
        .withName(JOB + "-driver")
        .get()
        .getMetadata()
        .getAnnotations();
  }

  /** An accepted job whose first driver pod runs. */
  private void runsADriver() throws IOException {
    apply();
    accept();
    eventually(() -> pod(JOB + "-driver-1").get());
    run(JOB + "-driver-1");
  }

  /** Changes the spec, which makes it generation 2: the mock of the API server does not count. */
  private void change(String spec) {
    patch("{\"metadata\": {\"generation\": 2}, \"spec\": {" + spec + "}}");
  }

  private void patch(String json) {
    client
        .resources(StreamingJob.class)
        .inNamespace(NS)
        .withName(JOB)
        .patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }

  private void apply() throws IOException {
    String yaml = Files.readString(Path.of("../contract/settings/minimal.yaml"));
    StreamingJob job = Json.KUBERNETES.unmarshal(yaml, StreamingJob.class);
    client.resource(job).create();
  }

  private StreamingJob job() {
    return client.resources(StreamingJob.class).inNamespace(NS).withName(JOB).get();
  }

  private Condition condition(String type) {
    Optional<Condition> found =
        Optional.ofNullable(job().getStatus()).map(s -> s.conditions()).orElse(List.of()).stream()
            .filter(c -> c.type().equals(type))
            .findFirst();
    assertThat(found).as(type).isPresent();
    return found.get();
  }

  private PodResource pod(String name) {
    return client.pods().inNamespace(NS).withName(name);
  }

  private Pod check() {
    return eventually(
        () ->
            client
                .pods()
                .inNamespace(NS)
                .withLabel(Labels.COMPONENT, Labels.CHECK)
                .list()
                .getItems()
                .stream()
                .findFirst()
                .orElse(null));
  }

  private void accept() {
    end(check(), "{\"reason\":\"Accepted\",\"message\":\"\",\"accepted\":true}");
  }

  private void end(Pod pod, String message) {
    status(
        pod,
        "Succeeded",
        new ContainerStateBuilder()
            .withNewTerminated()
            .withExitCode(0)
            .withFinishedAt(Instant.now().toString())
            .withMessage(message)
            .endTerminated());
  }

  private void run(String name) {
    status(
        pod(name).get(),
        "Running",
        new ContainerStateBuilder()
            .withNewRunning()
            .withStartedAt(Instant.now().toString())
            .endRunning());
  }

  private void status(Pod pod, String phase, ContainerStateBuilder state) {
    client
        .resource(
            new PodBuilder(pod)
                .withNewStatus()
                .withPhase(phase)
                .withStartTime(Instant.now().toString())
                .addNewContainerStatus()
                .withName("spark")
                .withRestartCount(0)
                .withState(state.build())
                .endContainerStatus()
                .endStatus()
                .build())
        .updateStatus();
  }

  private void report(int attempt) {
    report(attempt, 5, false);
  }

  private void report(int attempt, int epoch, boolean idle) {
    Instant now = Instant.now();
    String json =
        """
        {"attempt": %d, "revision": 1, "epoch": %d, "situation": "Running", "reason": "", "message": "", "lag": 0,
         "batch": {"time": "%s", "records": %d, "written": 1}, "totals": {"records": 1, "written": 1, "batches": 1},
         "lastCommitAt": "%s", "checkpoint": {"time": "%s", "behind": false},
         "recovery": {"cause": "JvmCrashed", "from": "Checkpoint", "seconds": 6.2, "at": "2026-01-01T00:00:05Z"}}
        """
            .formatted(attempt, epoch, now, idle ? 0 : 1, now, now);
    Lease lease = client.leases().inNamespace(NS).withName(JOB + "-driver").get();
    client
        .resource(
            new LeaseBuilder(lease)
                .editMetadata()
                .addToLabels(Labels.IDLE, Boolean.toString(idle))
                .addToAnnotations(Labels.PROGRESS, json)
                .endMetadata()
                .editOrNewSpec()
                .withHolderIdentity(JOB + "-driver-" + attempt)
                .withRenewTime(now.atZone(ZoneOffset.UTC))
                .endSpec()
                .build())
        .update();
  }

  /** The messages of all events. */
  private List<String> told() {
    return client.v1().events().inNamespace(NS).list().getItems().stream()
        .map(Event::getMessage)
        .toList();
  }

  private static <T> T eventually(Callable<T> what) {
    return await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(what, o -> o != null);
  }
}
