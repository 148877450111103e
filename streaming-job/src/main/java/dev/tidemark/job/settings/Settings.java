package dev.tidemark.job.settings;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One attempt's settings, as the operator wrote them ({@code contract/README.md}). Everything is
 * resolved: there are no defaults here. Durations are milliseconds, memory is MiB.
 */
public record Settings(
    int contract,
    Job job,
    int attempt,
    long generation,
    String image,
    String definitionDigest,
    Definition definition,
    Runtime runtime,
    Previous previous) {

  /** Whose settings these are; {@code createdAt} orders jobs of the same name. */
  public record Job(String cluster, String namespace, String name, String uid, Instant createdAt) {}

  /** The computation: a change of it makes a new revision. */
  public record Definition(
      String engine,
      long batchIntervalMillis,
      Source source,
      String filter,
      List<String> select,
      Sink sink) {}

  /**
   * Which topics, and where a job without any ledger begins: {@code Earliest} or {@code Latest}.
   */
  public record Source(List<String> topics, String startingOffsets) {}

  /** Where the results go; exactly one kind. */
  public record Sink(Jdbc jdbc) {}

  /** A PostgreSQL table; credentials are files, never settings. */
  public record Jdbc(String url, String table, boolean createTable) {}

  /** What may change without a new revision. */
  @SuppressWarnings(
      "JavaLangClash") // the contract's word; nobody needs java.lang.Runtime beside it
  public record Runtime(
      SourceRuntime source,
      Checkpoint checkpoint,
      S3 s3,
      Driver driver,
      Executor executor,
      Map<String, String> sparkConf,
      String logLevel,
      String lease) {}

  /** How Kafka is reached and how fast it is read (records per second and partition). */
  public record SourceRuntime(
      String bootstrapServers,
      Map<String, String> properties,
      long maxRatePerPartition,
      String onOffsetsExpired) {}

  /** The checkpoint's place, an {@code s3a://} URI, and what to do when it is lost. */
  public record Checkpoint(String path, String onLost) {}

  /** The S3 store; {@code endpoint} is null for AWS. */
  public record S3(String endpoint, String region, boolean pathStyleAccess) {}

  /** The driver's size. */
  public record Driver(double cores, int memoryMiB) {}

  /** The executors' number and size; no instances means local mode. */
  public record Executor(int instances, double cores, int memoryMiB) {}

  /** When and why the driver before this attempt ended; null for the first. */
  public record Previous(String reason, Instant endedAt) {}

  /** True when the whole job runs in the driver pod. */
  public boolean local() {
    return runtime.executor().instances() == 0;
  }
}
