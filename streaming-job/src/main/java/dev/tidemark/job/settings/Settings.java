package dev.tidemark.job.settings;

import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One attempt's settings, as the operator wrote them ({@code contract/README.md}). Everything is
 * resolved: there are no defaults here. Durations are milliseconds, memory is MiB.
 *
 * @param sinkBefore that of an earlier revision, in whose ledger the job's position may still be;
 *     null when the sink has always been the same
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
    Previous previous,
    SinkBefore sinkBefore) {

  /** Whose settings these are; {@code createdAt} orders jobs of the same name. */
  public record Job(String cluster, String namespace, String name, String uid, Instant createdAt) {}

  /**
   * The computation: a change of it makes a new revision.
   *
   * @param source null, as is the sink, where a program has its own
   */
  public record Definition(
      String engine,
      long batchIntervalMillis,
      Source source,
      String filter,
      List<String> select,
      Aggregate aggregate,
      Sink sink,
      Application application) {

    /** True where Structured Streaming decides on batches, else Spark Streaming does. */
    public boolean structured() {
      return engine.equals("StructuredStreaming");
    }

    /** True where rows are made by filter and select alone. */
    public boolean rows() {
      return aggregate == null && application == null;
    }

    /** True for a program with source, sink and checkpoints of its own: its Lease fences it. */
    public boolean leased() {
      return application != null && application.fencing().equals("Lease");
    }

    /** True when results depend on records of earlier batches: there is state to keep. */
    public boolean stateful() {
      return aggregate != null && aggregate.stateful();
    }
  }

  /**
   * A program of the user's own, which does what filter, select and aggregate do elsewhere.
   *
   * @param mainClass whose {@code main} is called, in the driver's JVM
   * @param fencing {@code Ledger}, or {@code Lease} for a program that does without Tidemark's
   *     library
   */
  public record Application(String mainClass, List<String> args, String fencing) {}

  /**
   * Results over many records; null in a definition whose results are single rows.
   *
   * @param groupBy expressions over the columns of the select, possibly none: one result per
   *     distinct value
   * @param compute aggregates, each with a name: {@code count(*) AS n}
   * @param results {@code Running}: a result counts everything since the job began, or since its
   *     window began; {@code PerBatch}: each batch by itself
   * @param window null for results without a window
   */
  public record Aggregate(List<String> groupBy, List<String> compute, String results, Window window)
      implements Serializable {

    /** True unless each batch stands for itself. */
    public boolean stateful() {
      return results.equals("Running");
    }
  }

  /**
   * Windows of time; tumbling when slide equals length.
   *
   * @param time an expression of type timestamp over the columns of the select, or the column
   *     {@code timestamp} of the record
   * @param latenessMillis how far the time of a partition may be past a window's end before a
   *     record of that window comes too late
   */
  public record Window(long lengthMillis, long slideMillis, String time, long latenessMillis)
      implements Serializable {}

  /**
   * Which topics, and where a job without any ledger begins: {@code Earliest} or {@code Latest}.
   *
   * @param topics by name; null where they are those that match a pattern
   * @param topicPattern that whole names match, of {@link java.util.regex.Pattern}; null where
   *     topics are named
   * @param value how values are read into the column {@code data}; null where they are text alone
   */
  public record Source(
      List<String> topics, String topicPattern, String startingOffsets, Value value) {
    /** For people. */
    public String shown() {
      return topics == null
          ? "topics that match '" + topicPattern + "'"
          : "topics " + String.join(", ", topics);
    }
  }

  /**
   * What values are.
   *
   * @param format {@code Json} or {@code Avro}
   * @param schema of Json the columns as in DDL, of Avro the schema as JSON
   * @param framing {@code None}, or {@code SchemaRegistry}: five bytes that name a schema come
   *     first
   */
  public record Value(String format, String schema, String framing) implements Serializable {}

  /** Where the results go: a table, a topic, files, or, when all are null, the driver's log. */
  public record Sink(Jdbc jdbc, Kafka kafka, Files s3) {
    /** True where tasks commit what they write; else the driver does, batch by batch. */
    public boolean takesRanges() {
      return jdbc != null || kafka != null;
    }
  }

  /**
   * Where the results of an earlier revision went: beside a table, into a topic, into files, or,
   * when all are null, into the log.
   */
  public record SinkBefore(Place jdbc, Kafka kafka, Files s3) {}

  /**
   * Files in the store of the checkpoint.
   *
   * @param path an {@code s3a://} URI
   * @param format {@code JsonLines} or {@code Parquet}
   */
  public record Files(String path, String format) implements Serializable {}

  /**
   * A topic at the brokers of the source.
   *
   * @param key columns whose values are the key of a record; empty for those that the aggregate
   *     groups by, or none
   * @param format {@code Json}: an object with all columns; {@code Text}: the one column that is no
   *     key
   */
  public record Kafka(String topic, List<String> key, String format) implements Serializable {}

  /** A table, as far as it says where a ledger is. */
  public record Place(String url, String table) {}

  /**
   * A PostgreSQL table; credentials are files, never settings.
   *
   * @param mode {@code Append}: a row per result; {@code Upsert}: one row per key of the aggregate,
   *     always its latest result
   */
  public record Jdbc(String url, String table, boolean createTable, String mode) {

    /** True when a later result of a key replaces an earlier one. */
    public boolean upsert() {
      return mode.equals("Upsert");
    }
  }

  /**
   * What may change without a new revision.
   *
   * @param source null where a program has its own
   * @param progressDeadlineMillis after so long without progress a run is given up; null: after two
   *     minutes or ten intervals
   */
  @SuppressWarnings(
      "JavaLangClash") // the contract's word; nobody needs java.lang.Runtime beside it
  public record Runtime(
      SourceRuntime source,
      Checkpoint checkpoint,
      Upgrade upgrade,
      S3 s3,
      Driver driver,
      Executor executor,
      Map<String, String> sparkConf,
      String logLevel,
      Long progressDeadlineMillis,
      String lease) {}

  /** How Kafka is reached and how fast it is read (records per second and partition). */
  public record SourceRuntime(
      String bootstrapServers,
      Map<String, String> properties,
      long maxRatePerPartition,
      String onOffsetsExpired,
      String onMalformed) {}

  /**
   * The checkpoint's place, an {@code s3a://} URI, what to do when it is lost, and how often state
   * is checkpointed.
   */
  public record Checkpoint(String path, String onLost, long stateIntervalMillis) {}

  /**
   * What a new revision does with the state of the one before: {@code Savepoint}, {@code Fresh}.
   */
  public record Upgrade(String strategy) {}

  /** The S3 store; {@code endpoint} is null for AWS. */
  public record S3(String endpoint, String region, boolean pathStyleAccess) {}

  /** The driver's size. */
  public record Driver(double cores, int memoryMiB) {}

  /** The executors' number and size; no instances means local mode. */
  public record Executor(int instances, double cores, int memoryMiB) {}

  /** When and why the driver before this attempt ended; null for the first. */
  public record Previous(String reason, Instant endedAt) {}

  /**
   * How often a checkpoint is due, in milliseconds: with each batch, and of state in the interval
   * of the settings, rounded up to whole batches.
   */
  public long checkpointIntervalMillis() {
    long batch = definition.batchIntervalMillis();
    long state = runtime.checkpoint().stateIntervalMillis();
    return definition.stateful() ? Math.max(1, (state + batch - 1) / batch) * batch : batch;
  }

  /** True when the whole job runs in the driver pod. */
  public boolean local() {
    return runtime.executor().instances() == 0;
  }
}
