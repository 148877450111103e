package dev.tidemark.operator.kubernetes.manifests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.crds.Aggregate;
import dev.tidemark.crds.Application;
import dev.tidemark.crds.Checkpoint;
import dev.tidemark.crds.FieldClass;
import dev.tidemark.crds.S3;
import dev.tidemark.crds.Sink;
import dev.tidemark.crds.Source;
import dev.tidemark.crds.StreamingJob;
import dev.tidemark.crds.StreamingJobSpec;
import dev.tidemark.operator.core.RestartRules;
import dev.tidemark.operator.core.Wanted;
import java.time.Duration;
import java.util.Map;

/** A spec as the decider wants it: what it says, and digests of what it says. */
public final class SpecReading {
  private static final String MODE = "sink.jdbc.mode";

  private SpecReading() {}

  public static Wanted wanted(StreamingJob job) {
    StreamingJobSpec spec = job.getSpec();
    return new Wanted(
        generation(job),
        hash(spec),
        definitionDigest(spec),
        spec.driverImage(),
        spec.restartNonce() == null ? "" : Long.toString(spec.restartNonce()),
        Boolean.TRUE.equals(spec.suspend()),
        paused(job),
        interval(spec),
        rules(spec),
        spec.restore() == null ? null : spec.restore().requestId(),
        spec.backup() != null && spec.checkpoint().onLost() == Checkpoint.OnLost.RestoreBackup);
  }

  /**
   * How often a batch is to be expected. A program that has its own source is Ready, as others are,
   * while not three of these have passed without a sign of it: that is its deadline.
   */
  private static Duration interval(StreamingJobSpec spec) {
    return spec.leased()
        ? Duration.ofMillis(SettingsMap.progressDeadline(spec)).dividedBy(3)
        : Durations.of(spec.batchInterval());
  }

  /** True when the operator is to keep its hands off. */
  public static boolean paused(StreamingJob job) {
    Map<String, String> annotations = job.getMetadata().getAnnotations();
    return annotations != null && Boolean.parseBoolean(annotations.get(Labels.PAUSED));
  }

  public static long generation(StreamingJob job) {
    return job.getMetadata().getGeneration() == null ? 0 : job.getMetadata().getGeneration();
  }

  private static RestartRules rules(StreamingJobSpec spec) {
    return new RestartRules(
        spec.restart().policy() == dev.tidemark.crds.Restart.Policy.Always,
        Durations.of(spec.restart().initialBackoff()),
        Durations.of(spec.restart().maxBackoff()),
        Durations.of(spec.restart().healthyAfter()),
        spec.restart().limit() == null ? 0 : spec.restart().limit());
  }

  /**
   * Digest of what makes a revision. Fields that are null do not count, and neither does a mode or
   * a fencing that every job of before has: an optional field that a later version adds changes the
   * digest of no job that does not use it, so that an upgrade of the operator begins no revision.
   */
  static String definitionDigest(StreamingJobSpec spec) {
    ObjectNode definition = Definition.of(spec);
    if (sayingNothing(spec, definition.at("/sink/jdbc/mode"))) {
      ((ObjectNode) definition.at("/sink/jdbc")).remove("mode");
    }
    if (spec.application() != null) {
      ObjectNode application = (ObjectNode) definition.at("/application");
      application.put("image", spec.application().image()); // it holds what is computed
      if (!spec.leased()) {
        application.remove("fencing");
      }
    }
    ObjectNode shaping = Json.object();
    if (spec.sparkConf() != null) {
      spec.sparkConf().entrySet().stream()
          .filter(e -> FieldClass.ofSparkConf(e.getKey()) == FieldClass.Revision)
          .forEach(e -> shaping.put(e.getKey(), e.getValue()));
    }
    if (!shaping.isEmpty()) {
      definition.set("sparkConf", shaping);
    }
    return Digest.of(definition);
  }

  /**
   * Hash of every field that is not live. A field that has its default counts as one that was left
   * out: a newer operator, with more fields that have defaults, gets the same hash from the same
   * manifest and restarts no driver.
   */
  static String hash(StreamingJobSpec spec) {
    JsonNode said = Json.of(spec);
    JsonNode unsaid = Json.of(unsaid());
    ObjectNode leaves = Json.object();
    FieldClass.byPath().entrySet().stream()
        .filter(e -> e.getValue() != FieldClass.Live)
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(
            path -> {
              JsonNode value = said.at(pointer(path));
              boolean follows = path.equals(MODE) && sayingNothing(spec, value);
              if (!value.isMissingNode()
                  && !value.isNull()
                  && !follows
                  && !value.equals(unsaid.at(pointer(path)))) {
                leaves.set(path, value);
              }
            });
    return Digest.of(leaves);
  }

  /** True of the mode that the job has anyway. */
  private static boolean sayingNothing(StreamingJobSpec spec, JsonNode mode) {
    return mode.asText().equals(spec.sinkMode().name());
  }

  private static String pointer(String path) {
    return "/" + path.replace('.', '/');
  }

  /** A spec in which everything that has a default has it. */
  private static StreamingJobSpec unsaid() {
    return new StreamingJobSpec(
        null,
        null,
        new Source(null, null, null, null, null, null, null, null, null, null, null),
        null,
        null,
        new Aggregate(null, null, null, new Aggregate.Window(null, null, null, null)),
        new Sink(
            new Sink.Jdbc(null, null, null, null, null, null),
            new Sink.Kafka(null, null, null),
            new Sink.S3(null, null),
            null),
        new Checkpoint(null, null),
        null,
        null,
        null,
        new S3(null, null, null, null, null),
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        new Application(null, null, null, null, null));
  }
}
