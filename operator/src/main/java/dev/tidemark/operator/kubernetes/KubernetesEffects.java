package dev.tidemark.operator.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.tidemark.crds.Backup;
import dev.tidemark.crds.Restore;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.operator.core.CheckPlan;
import dev.tidemark.operator.core.DriverPlan;
import dev.tidemark.operator.core.Effects;
import dev.tidemark.operator.core.Outcome;
import dev.tidemark.operator.core.Reason;
import dev.tidemark.operator.core.RestorePlan;
import dev.tidemark.operator.kubernetes.manifests.BackupJob;
import dev.tidemark.operator.kubernetes.manifests.CheckPod;
import dev.tidemark.operator.kubernetes.manifests.DriverAccount;
import dev.tidemark.operator.kubernetes.manifests.DriverPod;
import dev.tidemark.operator.kubernetes.manifests.Json;
import dev.tidemark.operator.kubernetes.manifests.Labels;
import dev.tidemark.operator.kubernetes.manifests.Platform;
import dev.tidemark.operator.kubernetes.manifests.SettingsMap;
import dev.tidemark.operator.kubernetes.manifests.SinkBefore;
import dev.tidemark.operator.kubernetes.reading.LeaseReader;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * Carries actions out for one job. Names are the lock: what exists and is ours has been done
 * before.
 */
final class KubernetesEffects implements Effects {
  private static final long AT_ONCE = 0;
  private static final Map<String, String> HAS_TURN = Map.of(Labels.SUCCESSOR, Labels.HAS_TURN);

  private final KubernetesClient client;
  private final StreamingJob job;
  private final Platform platform;
  private final Objects objects;

  /**
   * Effects on one job; {@code created} is told of every object made, so that the caches know at
   * once.
   */
  KubernetesEffects(KubernetesClient client, StreamingJob job, Platform platform, Objects objects) {
    this.client = client;
    this.job = job;
    this.platform = platform;
    this.objects = objects;
  }

  @Override
  public Outcome startCheck(CheckPlan plan) {
    return Objects.refusable(
        "check run " + plan.pod(),
        () -> {
          StreamingJobSpec spec = job.getSpec();
          Sink sinkBefore = SinkBefore.of(spec, recorded(plan.recordedLast()));
          // What only the driver needs is made meanwhile, so that it is there when the answer is.
          CompletableFuture<Outcome> later =
              objects.making(DriverAccount.rights(job, spec, platform));
          List<HasMetadata> now = new ArrayList<>(DriverAccount.account(job, spec));
          now.add(SettingsMap.of(job, plan, sinkBefore, platform));
          Outcome before = objects.all(now);
          if (before.done() && templated(spec)) {
            // after its service account is there: without one the API server refuses any pod
            dryRun(DriverPod.of(job, spec, new DriverPlan(0, plan.of(), 0, null, 0), sinkBefore));
          }
          Outcome check = before.done() ? objects.one(CheckPod.of(job, plan, sinkBefore)) : before;
          return check.done() ? Objects.join(later) : check;
        });
  }

  private static boolean templated(StreamingJobSpec spec) {
    return spec.driver().template() != null || spec.executor().template() != null;
  }

  @Override
  public Outcome removeCheck(String pod, String podUid) {
    objects.delete("pods", pod, podUid, AT_ONCE);
    objects.delete("configmaps", pod, null, null);
    return Outcome.DONE;
  }

  @Override
  public Outcome tryDriver(DriverPlan plan) {
    return Objects.refusable(
        pod(plan),
        () -> {
          try {
            dryRun(DriverPod.of(job, spec(plan), plan, null));
          } catch (KubernetesClientException e) {
            if (!full(e)) {
              throw e;
            }
          }
          return Outcome.DONE;
        });
  }

  /** There is no room beside the pod that is replaced, which makes room when it goes. */
  private static boolean full(KubernetesClientException e) {
    return e.getCode() == 403 && String.valueOf(e.getMessage()).contains("exceeded quota");
  }

  @Override
  public Outcome prepareDriver(DriverPlan plan) {
    return Objects.refusable(
        pod(plan),
        () -> {
          try {
            return launch(plan, DriverPod::waiting, FieldValidateable.Validation.STRICT);
          } catch (KubernetesClientException e) {
            forgetSettings(plan.attempt());
            if (!full(e)) {
              throw e;
            }
            return Outcome.DONE;
          }
        });
  }

  @Override
  public Outcome giveTurn(int attempt, DriverPlan.Previous previous) {
    return Objects.refusable(
        "the Lease",
        () -> {
          // The pod first: once it is told, it must count as the driver whatever becomes of the
          // Lease.
          merge(
              client.pods(),
              driver(attempt),
              Json.of(Map.of("metadata", Map.of("annotations", HAS_TURN))).toString());
          Lease lease = DriverAccount.lease(job);
          objects.one(lease);
          merge(
              client.leases(), lease.getMetadata().getName(), LeaseReader.turn(attempt, previous));
          return Outcome.DONE;
        });
  }

  @Override
  public Outcome launchDriver(DriverPlan plan) {
    return Objects.refusable(
        pod(plan), () -> launch(plan, pod -> pod, FieldValidateable.Validation.WARN));
  }

  private Outcome launch(
      DriverPlan plan, UnaryOperator<Pod> as, FieldValidateable.Validation unknownFields) {
    StreamingJobSpec spec = spec(plan);
    Sink sinkBefore = SinkBefore.of(spec, recorded(plan.recordedLast()));
    ConfigMap settings = SettingsMap.of(job, spec, plan, sinkBefore, platform);
    Outcome before = objects.all(before(spec, settings));
    return before.done()
        ? objects.one(as.apply(DriverPod.of(job, spec, plan, sinkBefore)), unknownFields)
        : before;
  }

  @Override
  public Outcome stopDriver(String pod, String podUid) {
    objects.delete("pods", pod, podUid, null);
    return Outcome.DONE;
  }

  @Override
  public Outcome abandonDriver(String pod, String podUid) {
    objects.delete("pods", pod, podUid, AT_ONCE);
    return Outcome.DONE;
  }

  @Override
  public Outcome removeDriver(String pod, String podUid) {
    objects.delete("pods", pod, podUid, AT_ONCE);
    return Outcome.DONE;
  }

  @Override
  public Outcome forgetSettings(int attempt) {
    objects.delete("configmaps", driver(attempt), null, null);
    return Outcome.DONE;
  }

  @Override
  public Outcome restoreLease() {
    return Objects.refusable("the Lease", () -> objects.one(DriverAccount.lease(job)));
  }

  @Override
  public Outcome startRestore(RestorePlan plan) {
    Optional<String> location = location(plan);
    if (location.isEmpty()) {
      return Outcome.refused(
          Reason.JobNotFound,
          "restore.source.jobName is "
              + job.getSpec().restore().source().jobName()
              + ", and there is no StreamingJob of that name with spec.backup in this namespace. Where its backups still are,"
              + " restore.source.path names them.");
    }
    Job run = BackupJob.restore(job, plan, location.get(), platform);
    return BackupRuns.start(run, job, objects, objects);
  }

  /**
   * Where the backups are that a restore chooses from; empty when the job that should say is not
   * there.
   */
  private Optional<String> location(RestorePlan plan) {
    String own = job.getSpec().backup().path();
    Restore.From source = plan.rescue() ? null : job.getSpec().restore().source();
    if (source == null || source.backupName() != null) {
      return Optional.of(own);
    }
    if (source.path() != null || source.jobName().equals(job.getMetadata().getName())) {
      return Optional.of(source.path() == null ? own : source.path());
    }
    StreamingJob other =
        client
            .resources(StreamingJob.class)
            .inNamespace(job.getMetadata().getNamespace())
            .withName(source.jobName())
            .get();
    return Optional.ofNullable(other).map(o -> o.getSpec().backup()).map(Backup::path);
  }

  private String pod(DriverPlan plan) {
    return "driver pod " + driver(plan.attempt());
  }

  /** The name of an attempt's pod and settings. */
  private String driver(int attempt) {
    return DriverPod.name(job, attempt);
  }

  /** The spec of the job, or the one recorded with the attempt that is to be started again. */
  private StreamingJobSpec spec(DriverPlan plan) {
    if (plan.recordedAttempt() == 0) {
      return job.getSpec();
    }
    String name = driver(plan.recordedAttempt());
    ConfigMap recorded =
        client.configMaps().inNamespace(job.getMetadata().getNamespace()).withName(name).require();
    try {
      return Json.MAPPER.readValue(
          recorded.getData().get(SettingsMap.SPEC), StreamingJobSpec.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "ConfigMap " + name + " holds no spec this operator can read", e);
    }
  }

  /** The settings of an attempt; null when they are not there. */
  private ConfigMap recorded(int attempt) {
    return attempt == 0
        ? null
        : client
            .configMaps()
            .inNamespace(job.getMetadata().getNamespace())
            .withName(driver(attempt))
            .get();
  }

  /** What a pod needs to be there before it. */
  private List<HasMetadata> before(StreamingJobSpec spec, ConfigMap settings) {
    List<HasMetadata> needed = new ArrayList<>(DriverAccount.of(job, spec, platform));
    needed.add(settings);
    return needed;
  }

  private void dryRun(Pod pod) {
    client.resource(pod).dryRun().fieldValidation(FieldValidateable.Validation.STRICT).create();
  }

  private <T extends HasMetadata> void merge(
      MixedOperation<T, ?, ? extends Resource<T>> kind, String name, String json) {
    kind.inNamespace(job.getMetadata().getNamespace())
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), json);
  }
}
