package dev.tidemark.crds;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a change of a field of {@link StreamingJobSpec} does. Every leaf of the spec is in exactly
 * one class.
 */
public enum FieldClass {
  /** Read by the operator alone: takes effect at once, no pod is touched. */
  Live,
  /** Needs a new driver pod, which goes on with the same revision and the same state. */
  Roll,
  /** Changes what is computed: judged by a check run, then a new revision. */
  Revision;

  private static final Map<String, FieldClass> BY_PATH = new TreeMap<>();

  /**
   * Settings of Spark that shape what is written into a checkpoint; the rest of sparkConf is {@link
   * #Roll}.
   */
  private static final Set<String> REVISION_SPARK_CONF =
      Set.of(
          "spark.serializer",
          "spark.kryo.registrator",
          "spark.kryo.classesToRegister",
          "spark.kryo.registrationRequired",
          "spark.kryo.referenceTracking",
          "spark.kryo.unsafe",
          "spark.io.compression.codec",
          "spark.checkpoint.compress",
          "spark.rdd.compress");

  static {
    // The strategy is asked for when a revision begins; for the one that runs it says nothing.
    put(Live, "suspend", "restartNonce", "upgrade.strategy");
    put(
        Live,
        "restart.policy",
        "restart.initialBackoff",
        "restart.maxBackoff",
        "restart.healthyAfter");
    put(Live, "restart.limit");
    put(
        Live,
        "backup.schedule",
        "backup.timeZone",
        "backup.path",
        "backup.suspend",
        "backup.jitter");
    put(Live, "backup.startingDeadline", "backup.activeDeadline", "backup.backoffLimit");
    put(Live, "backup.concurrencyPolicy", "backup.mode", "backup.deletionPolicy", "backup.memory");
    put(
        Live,
        "backup.retention.keepLast",
        "backup.retention.keepDaily",
        "backup.retention.keepWeekly");
    put(
        Live,
        "backup.retention.keepMonthly",
        "backup.retention.maxAge",
        "backup.retention.minKeep");
    put(Live, "backup.verify.onCompletion", "backup.verify.schedule", "backup.verify.level");
    put(Live, "backup.s3.endpoint", "backup.s3.region", "backup.s3.pathStyleAccess");
    put(Live, "backup.s3.credentialsSecretRef.name", "backup.s3.caSecretRef.name");
    put(Live, "restore.requestId", "restore.safetyBackup", "restore.keepReplacedFor");
    put(Live, "restore.source.backupName", "restore.source.jobName", "restore.source.path");
    put(Live, "restore.source.before");

    put(Roll, "source.bootstrapServers", "source.maxRatePerPartition", "source.properties");
    put(
        Roll,
        "source.propertiesSecretRef.name",
        "source.caSecretRef.name",
        "source.onOffsetsExpired",
        "source.onMalformed");
    put(Roll, "sink.jdbc.credentialsSecretRef.name", "sink.jdbc.caSecretRef.name");
    put(Roll, "checkpoint.onLost", "application.progressDeadline");
    put(Roll, "s3.endpoint", "s3.region", "s3.pathStyleAccess", "s3.credentialsSecretRef.name");
    put(Roll, "s3.caSecretRef.name");
    put(Roll, "driver.cores", "driver.memory", "driver.standby", "driver.template");
    put(Roll, "executor.instances", "executor.cores", "executor.memory", "executor.template");
    put(
        Roll,
        "image",
        "imagePullPolicy",
        "imagePullSecrets",
        "serviceAccountName",
        "logLevel",
        "sparkConf");

    put(Revision, "engine", "batchInterval", "filter", "select", "checkpoint.path");
    put(Revision, "source.topics", "source.topicPattern", "source.startingOffsets");
    put(Revision, "source.value.format", "source.value.schema", "source.value.framing");
    put(
        Revision,
        "sink.jdbc.url",
        "sink.jdbc.table",
        "sink.jdbc.createTable",
        "sink.jdbc.mode",
        "sink.kafka.topic",
        "sink.kafka.key",
        "sink.kafka.format",
        "sink.s3.path",
        "sink.s3.format",
        "sink.log");
    put(
        Revision,
        "aggregate.groupBy",
        "aggregate.compute",
        "aggregate.results",
        "aggregate.window.length",
        "aggregate.window.slide",
        "aggregate.window.time",
        "aggregate.window.lateness");
    put(Revision, "application.image", "application.mainClass", "application.args");
    put(Revision, "application.fencing");
  }

  private static void put(FieldClass fieldClass, String... paths) {
    for (String path : paths) {
      if (BY_PATH.put(path, fieldClass) != null) {
        throw new IllegalStateException(path + " is in two classes");
      }
    }
  }

  /** The class of each leaf of the spec, by its path below {@code spec}: {@code sink.jdbc.url}. */
  public static Map<String, FieldClass> byPath() {
    return Map.copyOf(BY_PATH);
  }

  /**
   * The class of one key of {@code spec.sparkConf}: serializer and codec shape the checkpoint, the
   * rest does not.
   */
  public static FieldClass ofSparkConf(String key) {
    return REVISION_SPARK_CONF.contains(key) ? Revision : Roll;
  }
}
