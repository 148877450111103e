package dev.tidemark.job.engine;

import dev.tidemark.job.executors.AdoptingPodsAllocator;
import dev.tidemark.job.secrets.SecretFiles;
import dev.tidemark.job.settings.Settings;
import dev.tidemark.job.state.ConditionalFiles;
import dev.tidemark.job.state.StoreSettings;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import scala.Tuple2;

/**
 * Today's Spark configuration. The user's entries come first, so they can add but never override
 * what recovery depends on. No secret is ever put here: Spark writes all of it into every
 * checkpoint.
 */
public final class SparkSettings {
  private SparkSettings() {}

  /** For a context whose executors belong to {@code epoch}. */
  static SparkConf of(Settings s, long epoch) {
    SparkConf conf = new SparkConf(false);
    Map<String, String> user = s.runtime().sparkConf();
    if (user != null) {
      user.forEach(conf::set);
    }
    String name = String.format(Locale.ROOT, "%s-e%d", s.job().name(), epoch);
    conf.setAppName(s.job().name());
    conf.set("spark.app.id", name);
    engine(conf);
    store(conf, s.runtime().s3());
    place(conf, s, name, epoch);
    return conf;
  }

  private static void engine(SparkConf conf) {
    conf.set("spark.ui.enabled", "false");
    conf.set("spark.speculation", "false");
    conf.set("spark.dynamicAllocation.enabled", "false");
    conf.set("spark.streaming.dynamicAllocation.enabled", "false");
    conf.set(
        "spark.streaming.stopGracefullyOnShutdown", "false"); // the driver has its own way to leave
    conf.set("spark.streaming.concurrentJobs", "1"); // the latch needs batches in order
    conf.set(
        "spark.streaming.backpressure.enabled",
        "false"); // its rate is lost at a recovery; a cap is always set
    conf.set("spark.streaming.driver.writeAheadLog.class", NoWriteAheadLog.class.getName());
    // With true Spark would read every range once just to count it. Gaps are PartitionReader's
    // business.
    conf.set("spark.streaming.kafka.allowNonConsecutiveOffsets", "false");
    // What checkpoints are written with must stay what they are read with.
    conf.set("spark.io.compression.codec", "lz4");
    // State is smaller so, and a damaged block is seen by its checksum.
    conf.set("spark.checkpoint.compress", "true");
    conf.set("spark.serializer", "org.apache.spark.serializer.JavaSerializer");
    conf.set("spark.cleaner.periodicGC.interval", "30min");
    structured(conf);
    conf.set("spark.scheduler.mode", "FIFO");
    conf.set("spark.eventLog.enabled", "false");
    conf.set("spark.hadoop.hadoop.security.authentication", "simple");
  }

  private static void structured(SparkConf conf) {
    conf.set("spark.sql.catalogImplementation", "in-memory");
    conf.set("spark.sql.streaming.checkpointFileManagerClass", ConditionalFiles.class.getName());
    conf.set(
        "spark.sql.streaming.stateStore.providerClass",
        "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider");
    conf.set("spark.sql.streaming.stateStore.maintenanceInterval", "20s");
    conf.set("spark.sql.streaming.stopTimeout", "10s");
    conf.set("spark.sql.codegen.wholeStage", "false"); // of a plan that no task ever runs
    conf.set("spark.sql.adaptive.enabled", "false"); // it has no part in batches, and would say so
  }

  private static void store(SparkConf conf, Settings.S3 s3) {
    StoreSettings.of(s3).forEach((key, value) -> conf.set("spark.hadoop." + key, value));
  }

  private static void executors(SparkConf conf, Settings s, String name, long epoch) {
    String k = "spark.kubernetes.";
    Settings.Executor executor = s.runtime().executor();
    Path template =
        ExecutorTemplate.owned(
            SecretFiles.etc().resolve("settings").resolve("executor.yaml"),
            env("TIDEMARK_POD_NAME"),
            env("TIDEMARK_POD_UID"));
    conf.setMaster("k8s://https://kubernetes.default.svc");
    conf.set(k + "namespace", s.job().namespace());
    conf.set("spark.driver.host", env("TIDEMARK_POD_IP"));
    conf.set("spark.driver.bindAddress", "0.0.0.0");
    conf.set("spark.driver.port", "7078");
    conf.set("spark.driver.blockManager.port", "7079");
    conf.set("spark.blockManager.port", "7079");
    conf.set("spark.port.maxRetries", "0");
    conf.set(k + "container.image", s.image());
    conf.set(k + "executor.podNamePrefix", name);
    conf.set(k + "executor.podTemplateFile", template.toString());
    conf.set(k + "executor.podTemplateContainerName", "spark");
    conf.set(k + "executor.deleteOnTermination", "true");
    conf.set(k + "allocation.pods.allocator", AdoptingPodsAllocator.class.getName());
    conf.set(AdoptingPodsAllocator.ADOPT, Boolean.toString(!s.definition().leased()));
    conf.set(
        "spark.executor.maxNumFailures",
        "1000000"); // Spark would end the JVM; lost executors are replaced for ever
    conf.set(k + "executor.disableConfigMap", "true");
    // Spark's watch takes a pod that was deleted by force for a running one; only its polling
    // notices. Asking often is
    // cheap when the API server may answer from its cache.
    conf.set(k + "executor.apiPollingInterval", "5s");
    conf.set(k + "executor.missingPodDetectDelta", "5s");
    conf.set(k + "executor.enablePollingWithResourceVersion", "true");
    // There are no claims and no driver service; asking about them would be refused.
    conf.set(k + "driver.ownPersistentVolumeClaim", "false");
    conf.set(k + "driver.reusePersistentVolumeClaim", "false");
    conf.set(k + "driver.service.deleteOnTermination", "false");
    conf.set(k + "allocation.batch.size", Integer.toString(Math.max(5, executor.instances())));
    conf.set(k + "allocation.batch.delay", "100ms");
    label(conf, "tidemark.dev/job", s.job().name());
    label(conf, "tidemark.dev/epoch", Long.toString(epoch));
    label(conf, "app.kubernetes.io/name", "streaming-job");
    label(conf, "app.kubernetes.io/instance", s.job().name());
    label(conf, "app.kubernetes.io/component", "executor");
    label(conf, "app.kubernetes.io/part-of", "tidemark");
    label(conf, "app.kubernetes.io/managed-by", "tidemark");
    // An executor whose node hangs answers nothing, and holds up whoever asks it for a block.
    // Spark's two minutes would be longer than a query may stand still.
    conf.setIfMissing("spark.network.timeout", "40s");
    conf.setIfMissing("spark.network.timeoutInterval", "5s");
    conf.set("spark.executor.instances", Integer.toString(executor.instances()));
    conf.set(
        "spark.executor.cores", Integer.toString(Math.max(1, (int) Math.ceil(executor.cores()))));
    // A quarter, as for the driver: streaming executors idle between batches and may use what is
    // free.
    conf.set(k + "executor.request.cores", Math.max(50, Math.round(250 * executor.cores())) + "m");
    conf.set("spark.executor.memory", executor.memoryMiB() + "m");
    // A first batch may find no executor yet: its tasks wait for one, the start does not.
    conf.set("spark.scheduler.minRegisteredResourcesRatio", "0");
    conf.set("spark.scheduler.maxRegisteredResourcesWaitingTime", "0s");
    conf.set("spark.locality.wait", "0s");
  }

  private static void label(SparkConf conf, String key, String value) {
    conf.set("spark.kubernetes.executor.label." + key, value);
  }

  private static String env(String name) {
    String value = System.getenv(name);
    if (value == null) {
      throw new IllegalStateException(
          "environment variable " + name + " is not set: executors cannot be started");
    }
    return value;
  }

  /** What reading a checkpoint takes, before there is a Spark context. */
  public static SparkConf storage(Settings s) {
    SparkConf conf = new SparkConf(false);
    engine(conf);
    store(conf, s.runtime().s3());
    return conf;
  }

  /**
   * What a program's own contexts and sessions find as system properties, and may override: where
   * executors come from, how the store is reached, and that progress is heard of. How Spark streams
   * is the program's business.
   */
  public static Map<String, String> ofProgram(Settings s, long epoch) {
    SparkConf conf = new SparkConf(false);
    String name = String.format(Locale.ROOT, "%s-e%d", s.job().name(), epoch);
    conf.setAppName(s.job().name());
    conf.set("spark.app.id", name);
    conf.set("spark.ui.enabled", "false");
    conf.set("spark.sql.catalogImplementation", "in-memory");
    conf.set("spark.sql.streaming.checkpointFileManagerClass", ConditionalFiles.class.getName());
    conf.set("spark.sql.streaming.noDataProgressEventInterval", "5s"); // a sign of life
    conf.set("spark.streaming.stopGracefullyOnShutdown", "false"); // the driver has its own way
    StoreSettings.ofProgram(s.runtime().s3())
        .forEach((key, value) -> conf.set("spark.hadoop." + key, value));
    place(conf, s, name, epoch);
    if (s.runtime().sparkConf() != null) {
      s.runtime().sparkConf().forEach(conf::set);
    }
    Map<String, String> all = new TreeMap<>();
    for (Tuple2<String, String> entry : conf.getAll()) {
      all.put(entry._1(), entry._2());
    }
    return all;
  }

  private static void place(SparkConf conf, Settings s, String name, long epoch) {
    if (s.local()) {
      conf.setMaster("local[" + Math.max(2, (int) Math.ceil(s.runtime().driver().cores())) + "]");
      conf.set("spark.driver.host", "localhost");
      conf.set("spark.driver.bindAddress", "127.0.0.1");
    } else {
      executors(conf, s, name, epoch);
    }
  }

  /** For a context that only reads what lies on a disk. */
  static SparkConf drill() {
    SparkConf conf = new SparkConf(false);
    engine(conf);
    return conf.setAppName("drill")
        .setMaster("local[1]")
        .set("spark.driver.host", "localhost")
        .set("spark.driver.bindAddress", "127.0.0.1");
  }

  /** The Hadoop side of a configuration. */
  public static Configuration hadoop(SparkConf conf) {
    return SparkHadoopUtil.get().newConfiguration(conf);
  }
}
