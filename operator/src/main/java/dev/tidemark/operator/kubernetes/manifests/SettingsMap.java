package dev.tidemark.operator.kubernetes.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.crds.Checkpoint;
import dev.tidemark.crds.Defaults;
import dev.tidemark.crds.S3;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.Source;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.crds.Upgrade;
import dev.tidemark.operator.core.CheckPlan;
import dev.tidemark.operator.core.DriverPlan;
import dev.tidemark.operator.core.Fingerprint;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The job settings: the contract with the driver ({@code contract/README.md}). Everything is
 * resolved here; the driver has no defaults of its own.
 */
public final class SettingsMap {
  static final String SETTINGS = "settings.json";
  static final String EXECUTOR = "executor.yaml";

  /**
   * The spec the attempt was made from: so that it can be started again while a newer one is not
   * accepted.
   */
  public static final String SPEC = "spec.json";

  /** How often state is checkpointed: a recovery reads again at most so much of the topic. */
  private static final Duration STATE_INTERVAL = Duration.ofSeconds(10);

  private SettingsMap() {}

  public static ConfigMap of(
      StreamingJob job, StreamingJobSpec spec, DriverPlan plan, Sink before, Platform platform) {
    String name = job.getMetadata().getName();
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(DriverPod.name(job, plan.attempt()))
        .withNamespace(job.getMetadata().getNamespace())
        .withLabels(Labels.ofAttempt(name, plan.attempt(), plan.of()))
        .withAnnotations(Labels.annotations(plan.of()))
        .addToAnnotations(Labels.follows(plan.previous()))
        .withOwnerReferences(Owner.of(job))
        .endMetadata()
        .withImmutable(true)
        .withData(data(job, spec, plan.attempt(), plan.of(), plan.previous(), before, platform))
        .build();
  }

  public static ConfigMap of(StreamingJob job, CheckPlan plan, Sink before, Platform platform) {
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(plan.pod())
        .withNamespace(job.getMetadata().getNamespace())
        .withLabels(Labels.of(job.getMetadata().getName(), Labels.CHECK))
        .withAnnotations(Labels.annotations(plan.of()))
        .withOwnerReferences(Owner.of(job))
        .endMetadata()
        .withImmutable(true)
        .withData(data(job, job.getSpec(), 0, plan.of(), null, before, platform))
        .build();
  }

  private static Map<String, String> data(
      StreamingJob job,
      StreamingJobSpec spec,
      int attempt,
      Fingerprint of,
      DriverPlan.Previous previous,
      Sink before,
      Platform platform) {
    Map<String, String> data = new TreeMap<>();
    data.put(SETTINGS, Json.pretty(settings(job, spec, attempt, of, previous, before, platform)));
    data.put(EXECUTOR, ExecutorTemplate.yaml(job, spec, attempt, of));
    data.put(SPEC, Json.pretty(Json.of(spec)));
    SinkBefore.record(data, before);
    return data;
  }

  static ObjectNode settings(
      StreamingJob job,
      StreamingJobSpec spec,
      int attempt,
      Fingerprint of,
      DriverPlan.Previous previous,
      Sink before,
      Platform platform) {
    ObjectNode settings = Json.object();
    settings.put("contract", 1);
    settings
        .putObject("job")
        .put("cluster", platform.cluster())
        .put("namespace", job.getMetadata().getNamespace())
        .put("name", job.getMetadata().getName())
        .put("uid", job.getMetadata().getUid())
        .put("createdAt", job.getMetadata().getCreationTimestamp());
    settings.put("attempt", attempt);
    settings.put("generation", of.generation());
    settings.put("image", of.image());
    settings.put("definitionDigest", of.definition());
    settings.set("definition", Definition.of(spec));
    settings.set("runtime", runtime(job, spec));
    if (previous == null) {
      settings.putNull("previous");
    } else {
      settings
          .putObject("previous")
          .put("reason", previous.reason())
          .put("endedAt", previous.endedAt().toString());
    }
    SinkBefore.tell(settings, before);
    return settings;
  }

  /** What may change without a new revision. */
  private static ObjectNode runtime(StreamingJob job, StreamingJobSpec spec) {
    ObjectNode runtime = Json.object();
    runtime.set("source", kafka(spec.source()));
    runtime
        .putObject("checkpoint")
        .put("path", spec.checkpoint().path())
        .put("onLost", onLost(spec).name())
        .put("stateIntervalMillis", STATE_INTERVAL.toMillis());
    Upgrade upgrade = spec.upgrade() == null ? new Upgrade(null) : spec.upgrade();
    runtime.putObject("upgrade").put("strategy", upgrade.strategy().name());
    S3 s3 = spec.s3() == null ? new S3(null, null, null, null, null) : spec.s3();
    runtime
        .putObject("s3")
        .put("endpoint", s3.endpoint())
        .put("region", s3.region())
        .put("pathStyleAccess", Boolean.TRUE.equals(s3.pathStyleAccess()));
    runtime
        .putObject("driver")
        .put("cores", spec.driver().cores())
        .put("memoryMiB", Durations.mebibytes(spec.driver().memory()));
    runtime
        .putObject("executor")
        .put("instances", spec.executor().instances())
        .put("cores", spec.executor().cores())
        .put("memoryMiB", Durations.mebibytes(spec.executor().memory()));
    runtime.set("sparkConf", orEmpty(spec.sparkConf()));
    runtime.put("logLevel", spec.logLevel().name());
    runtime.put("progressDeadlineMillis", progressDeadline(spec));
    runtime.put("lease", job.getMetadata().getName() + "-driver");
    return runtime;
  }

  /** How Kafka is reached and read. */
  private static JsonNode kafka(Source source) {
    if (source == null) {
      return NullNode.getInstance();
    }
    ObjectNode kafka = Json.object();
    kafka.put("bootstrapServers", source.bootstrapServers());
    kafka.set("properties", orEmpty(source.properties()));
    kafka.put("maxRatePerPartition", source.maxRatePerPartition());
    kafka.put("onOffsetsExpired", source.onOffsetsExpired().name());
    kafka.put("onMalformed", source.onMalformed().name());
    return kafka;
  }

  /** In milliseconds; null: the driver's own rule. */
  static Long progressDeadline(StreamingJobSpec spec) {
    String said = spec.application() == null ? null : spec.application().progressDeadline();
    String deadline = said == null && spec.leased() ? Defaults.PROGRESS_DEADLINE : said;
    return deadline == null ? null : Durations.of(deadline).toMillis();
  }

  /**
   * A job without state can always go on from its ledger; one with state must not lose it in
   * silence.
   */
  private static Checkpoint.OnLost onLost(StreamingJobSpec spec) {
    Checkpoint.OnLost said = spec.checkpoint().onLost();
    if (said != null) {
      // The driver stops and says that it is lost; the restore is the operator's part.
      return said == Checkpoint.OnLost.RestoreBackup ? Checkpoint.OnLost.Stop : said;
    }
    return spec.needsCheckpoint() ? Checkpoint.OnLost.Stop : Checkpoint.OnLost.UseLedger;
  }

  private static JsonNode orEmpty(Map<String, String> map) {
    return map == null ? Json.object() : Json.of(new TreeMap<>(map));
  }
}
