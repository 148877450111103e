package dev.tidemark.operator;

import dev.tidemark.operator.kubernetes.BackupReconciler;
import dev.tidemark.operator.kubernetes.StreamingJobReconciler;
import dev.tidemark.operator.kubernetes.manifests.Platform;
import dev.tidemark.operator.ops.JobMetrics;
import dev.tidemark.operator.ops.OpsServer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.config.ControllerConfigurationOverrider;
import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetrics;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires the operator together by hand and runs it until SIGTERM. */
public final class Main {
  private static final Logger LOG = LoggerFactory.getLogger("tidemark");

  private Main() {}

  /** Runs the operator; ends with code 1 and a sentence when it cannot. */
  public static void main(String[] args) {
    try {
      run(Config.of(System.getenv()));
    } catch (Exception e) {
      LOG.error("The operator cannot start: {}", e.getMessage(), e);
      System.exit(1);
    }
  }

  private static void run(Config config) throws Exception {
    Clock clock = Clock.systemUTC();
    KubernetesClient client = ApiClient.connect();
    Platform platform =
        new Platform(
            clusterId(client),
            config.streamingJobImage(),
            config.backupImage(),
            config.executorClusterRole());
    StreamingJobReconciler reconciler =
        new StreamingJobReconciler(client, clock, platform, config.instance());
    BackupReconciler backups = new BackupReconciler(client, clock, platform, config.instance());
    Leadership leadership = new Leadership(config);

    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Metrics metrics = MicrometerMetrics.withoutPerResourceMetrics(registry);
    Operator operator = operator(config, client, metrics, leadership, reconciler, backups);
    Health health = new Health(operator, clock);
    JobMetrics jobs =
        new JobMetrics(
            registry,
            () -> leadership.leading() ? Figures.of(reconciler, backups) : List.of(),
            clock);
    OpsServer ops = new OpsServer(config.port(), health::live, health::ready, jobs::scrape);

    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  leadership.stopping();
                  operator.stop();
                  leadership.release(client);
                  ops.close();
                  client.close();
                },
                "shutdown"));
    operator.start();
    health.started();
    LOG.info(
        "Watching StreamingJobs in {} with driver image {}.",
        config.watchNamespaces().isEmpty() ? "all namespaces" : config.watchNamespaces(),
        config.streamingJobImage());
  }

  private static Operator operator(
      Config config,
      KubernetesClient client,
      Metrics metrics,
      Leadership leadership,
      StreamingJobReconciler reconciler,
      BackupReconciler backups) {
    Operator operator =
        new Operator(
            overrider -> {
              overrider
                  .withKubernetesClient(client)
                  .withCloseClientOnStop(false)
                  .withMetrics(metrics)
                  .withUseSSAToPatchPrimaryResource(false)
                  .withReconciliationTerminationTimeout(Duration.ofSeconds(2));
              if (config.leaderElection()) {
                overrider.withLeaderElectionConfiguration(leadership.configuration());
              }
            });
    // The annotation that pauses a job does not raise the generation, so the filter is our own.
    operator.register(
        reconciler,
        controller ->
            tireless(controller, config)
                .withGenerationAware(false)
                .withOnUpdateFilter(Changes::matter));
    // What follows the end of a run, a drill, depends on the status alone.
    operator.register(
        backups, controller -> tireless(controller, config).withGenerationAware(false));
    return operator;
  }

  /** Whatever goes wrong is tried again, and what no event tells is looked at all the same. */
  private static <R extends HasMetadata> ControllerConfigurationOverrider<R> tireless(
      ControllerConfigurationOverrider<R> controller, Config config) {
    if (!config.watchNamespaces().isEmpty()) {
      controller.settingNamespaces(Set.copyOf(config.watchNamespaces()));
    }
    return controller
        .withReconciliationMaxInterval(Duration.ofMinutes(3))
        .withRetry(
            new GenericRetry()
                .setInitialInterval(200)
                .setIntervalMultiplier(2)
                .setMaxInterval(60_000)
                .setMaxAttempts(-1));
  }

  /** The uid of kube-system is what comes nearest to an identity of a cluster. */
  private static String clusterId(KubernetesClient client) {
    Namespace system = client.namespaces().withName("kube-system").get();
    if (system == null) {
      throw new IllegalStateException(
          "the namespace kube-system, whose uid identifies the cluster, does not exist");
    }
    return system.getMetadata().getUid();
  }
}
