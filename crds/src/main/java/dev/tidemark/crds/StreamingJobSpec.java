package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;

/** What a user writes. {@link FieldClass} says what a change of each field does. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.batchInterval.matches("
            + Patterns.DURATION
            + ") && duration(self.batchInterval) >= duration('200ms') && duration(self.batchInterval) <= duration('1h')",
    fieldPath = ".batchInterval",
    message = "batchInterval is a duration from 200ms to 1h, such as 500ms, 5s or 1m")
@ValidationRule(
    value = "!has(self.filter) || size(self.filter.trim()) > 0",
    fieldPath = ".filter",
    message = "filter is empty: leave it out to keep every record")
@ValidationRule(
    value =
        "!has(self.application) || (!has(self.filter) && !has(self.select) && !has(self.aggregate))",
    fieldPath = ".application",
    message =
        "application is a program of your own: filter, select and aggregate belong to jobs without one; leave either out")
@ValidationRule(
    value =
        StreamingJobSpec.LEASED
            + " ? !has(self.source) && !has(self.sink) : has(self.source) && has(self.sink)",
    message =
        "source and sink say where a job reads and writes, so both are needed; only a program with application.fencing:"
            + " Lease has its own, and leaves both out")
@ValidationRule(
    value =
        StreamingJobSpec.LEASED
            + " == (has(oldSelf.application) && oldSelf.application.fencing == 'Lease')",
    message =
        "application.fencing cannot be changed between Ledger and Lease: a ledger knows nothing of what a program without"
            + " one has read. Create another StreamingJob with a checkpoint.path of its own")
@ValidationRule(
    value = "!" + StreamingJobSpec.LEASED + " || !has(self.driver.standby) || !self.driver.standby",
    fieldPath = ".driver",
    message =
        "driver.standby is for jobs with a ledger: two programs with application.fencing: Lease must not run at once")
@ValidationRule(
    value =
        "!"
            + StreamingJobSpec.LEASED
            + " || !has(self.checkpoint.onLost) || self.checkpoint.onLost in ['Stop', 'StartFresh', 'RestoreBackup']",
    fieldPath = ".checkpoint",
    message =
        "checkpoint.onLost: UseLedger is for jobs with a ledger: without the checkpoint, a program with application.fencing:"
            + " Lease begins from nothing. Choose Stop, RestoreBackup, or StartFresh if that is what you want")
@ValidationRule(
    value =
        "!has(self.application) || !has(self.sink) || has(self.sink.jdbc) || has(self.sink.log)",
    fieldPath = ".application",
    message =
        "application needs sink.jdbc, whose database holds the ledger, or sink.log; the program itself writes the results")
@ValidationRule(
    value =
        "!has(self.application) || !has(self.source) || (self.engine == 'DStream' && !has(self.source.value) &&"
            + " self.source.onMalformed == 'Stop')",
    fieldPath = ".application",
    message =
        "application is a program of DStreams that reads its values itself: leave engine, source.value and source.onMalformed out")
@ValidationRule(
    value = "!has(self.application) || !has(self.image)",
    fieldPath = ".application",
    message = "application.image is the image of the driver: leave image out")
@ValidationRule(
    value =
        "!has(self.backup) || "
            + StreamingJobSpec.STORES_DIFFER
            + " || !"
            + StreamingJobSpec.PATHS_NEST,
    fieldPath = ".backup",
    message =
        "backup.path must not be checkpoint.path, above it or below it: a backup would be part of what it backs up, and be"
            + " lost with it")
@ValidationRule(
    value =
        "!has(self.checkpoint.onLost) || self.checkpoint.onLost != 'UseLedger' || !"
            + StreamingJobSpec.RUNNING,
    fieldPath = ".checkpoint",
    message =
        "checkpoint.onLost: UseLedger is for jobs without state: the ledger holds offsets, not the counts of an aggregate,"
            + " which would count from zero. Choose Stop, or StartFresh if counting from zero is what you want")
@ValidationRule(
    value =
        "!"
            + StreamingJobSpec.MODE_SAID
            + " || self.sink.jdbc.mode != 'Append' || !"
            + StreamingJobSpec.RUNNING,
    fieldPath = ".sink",
    message =
        "sink.jdbc.mode: Append does not fit an aggregate whose results are Running, of which each result replaces the one"
            + " before. Leave mode out or write Upsert; to add the results of each batch by itself, write"
            + " aggregate.results: PerBatch")
@ValidationRule(
    value =
        "!"
            + StreamingJobSpec.MODE_SAID
            + " || self.sink.jdbc.mode != 'Upsert' || "
            + StreamingJobSpec.RUNNING,
    fieldPath = ".sink",
    message =
        "sink.jdbc.mode: Upsert replaces the row of a group, and only an aggregate whose results are Running has one. Leave"
            + " mode out or write Append")
@ValidationRule(
    value =
        "!has(self.sink) || !has(self.source) || !has(self.sink.kafka) || !has(self.source.topics) ||"
            + " !(self.sink.kafka.topic in self.source.topics)",
    fieldPath = ".sink",
    message =
        "sink.kafka.topic must not be a topic of source.topics: the job would go on with its own results for ever")
@ValidationRule(
    value = "!has(self.sink) || !has(self.sink.s3) || !" + StreamingJobSpec.RUNNING,
    fieldPath = ".sink",
    message =
        "sink.s3 takes rows, or an aggregate with results: PerBatch: a Running result replaces the one before, and a file is"
            + " never changed. Use sink.jdbc or sink.kafka for it")
@ValidationRule(
    value =
        "!has(self.sink) || !has(self.sink.s3) || !((self.sink.s3.path + '/').startsWith(self.checkpoint.path + '/') ||"
            + " (self.checkpoint.path + '/').startsWith(self.sink.s3.path + '/'))",
    fieldPath = ".sink",
    message =
        "sink.s3.path must not be checkpoint.path, above it or below it: readers would take checkpoints for results")
@ValidationRule(
    value =
        "!has(self.source) || self.source.onMalformed != 'DeadLetter' || !has(self.sink) || has(self.sink.jdbc)",
    fieldPath = ".source",
    message =
        "source.onMalformed: DeadLetter needs sink.jdbc: the table of records put away lies in its database. Use Drop or Stop")
@ValidationRule(
    value =
        "!has(self.checkpoint.onLost) || self.checkpoint.onLost != 'RestoreBackup' || has(self.backup)",
    fieldPath = ".checkpoint",
    message = "checkpoint.onLost: RestoreBackup needs backups: add spec.backup")
@ValidationRule(
    value = "!has(self.sparkConf) || self.sparkConf.all(key, key.startsWith('spark.'))",
    fieldPath = ".sparkConf",
    message = "every key of sparkConf begins with 'spark.'; Hadoop's begin with 'spark.hadoop.'")
@ValidationRule(
    value =
        "!has(self.sparkConf) || !["
            + OwnSettings.FROM_FIELDS
            + "].exists(key, key in self.sparkConf)",
    fieldPath = ".sparkConf",
    message =
        "use the fields of driver, executor, image and source.maxRatePerPartition and not, in sparkConf, "
            + OwnSettings.FROM_FIELDS)
@ValidationRule(
    value =
        "!has(self.sparkConf) || ![" + OwnSettings.SPARK + "].exists(key, key in self.sparkConf)",
    fieldPath = ".sparkConf",
    message = "leave out of sparkConf what Tidemark sets itself: " + OwnSettings.SPARK)
@ValidationRule(
    value =
        "!has(self.sparkConf) || !["
            + OwnSettings.S3A
            + "].exists(key, ('spark.hadoop.fs.s3a.' + key) in self.sparkConf)",
    fieldPath = ".sparkConf",
    message =
        "use the fields of s3, and leave out of sparkConf what Tidemark sets itself; below spark.hadoop.fs.s3a. these are: "
            + OwnSettings.S3A)
@ValidationRule(
    value = "!has(self.restore) || has(self.backup)",
    fieldPath = ".restore",
    message =
        "restore needs spec.backup: it says how the store of the backups is reached, and where today's checkpoint is backed up"
            + " first")
public record StreamingJobSpec(
    @Default(Defaults.ENGINE)
        @JsonPropertyDescription(
            "Which of Spark's streaming engines decides on batches and keeps state: DStream (Spark Streaming) or"
                + " StructuredStreaming. Results and guarantees are the same; the job can go from one to the other with its"
                + " state.")
        Engine engine,
    @Default(Defaults.BATCH_INTERVAL)
        @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "How often a batch of records is processed, from 200ms to 1h. 1s works where the S3 store is fast enough for a"
                + " checkpoint per batch; where it is not, the condition CheckpointHealthy says so.")
        String batchInterval,
    @JsonPropertyDescription(
            "The Kafka topics to read. Needed, but for a program with application.fencing: Lease.")
        Source source,
    @Size(min = 1, max = 8192)
        @JsonPropertyDescription(
            "Which records to keep: a Spark SQL condition over key, value, topic, partition, offset, timestamp and headers,"
                + " such as value LIKE '%important%'. Without it every record is kept.")
        String filter,
    @Size(min = 1, max = 256)
        @JsonPropertyDescription(
            "What to make of each record: Spark SQL expressions with the column they fill, such as upper(value) AS value."
                + " explode(...) makes several rows of one record. Without it the record's value is written as it"
                + " is, to the column value.")
        List<@Size(min = 1, max = 4096) String> select,
    @JsonPropertyDescription(
            "Results over many records instead of a row per record: per batch, running, or per window of time, such as"
                + " {groupBy: [word], compute: [count(*) AS n]} after select: [explode(split(value, ' ')) AS word].")
        Aggregate aggregate,
    @JsonPropertyDescription(
            "Where the results go: exactly one kind of sink. Needed, but for a program with application.fencing: Lease.")
        Sink sink,
    @Required
        @JsonPropertyDescription(
            "Where the checkpoint lies, from which the job recovers, and what to do when it is lost.")
        Checkpoint checkpoint,
    @JsonPropertyDescription("Verified copies of the checkpoint. Without it there are none.")
        Backup backup,
    @JsonPropertyDescription("Go back to a backup. Each requestId is carried out exactly once.")
        Restore restore,
    @JsonPropertyDescription(
            "What a change of the definition does with the state of an aggregate, such as {strategy: Fresh}. Without it:"
                + " Savepoint.")
        Upgrade upgrade,
    @JsonPropertyDescription(
            "How the S3 store of the checkpoint is reached. Without it: AWS, by the pod's own identity.")
        S3 s3,
    @Default(Defaults.EMPTY)
        @JsonPropertyDescription("When and how fast a failed driver is started again.")
        Restart restart,
    @Default(Defaults.FALSE)
        @JsonPropertyDescription(
            "Stop the driver after the batch in hand and keep everything; false goes on from there.")
        Boolean suspend,
    @JsonPropertyDescription(
            "Any number; a change of it restarts the driver after the batch in hand, and starts a job that had stopped.")
        Long restartNonce,
    @Default(Defaults.EMPTY) @JsonPropertyDescription("Size and shape of the driver pod.")
        Driver driver,
    @Default(Defaults.EMPTY)
        @JsonPropertyDescription("Number, size and shape of the executor pods.")
        Executor executor,
    @Size(min = 1, max = 512)
        @JsonPropertyDescription(
            "Image of driver and executors. Without it, the one the operator was installed with when the job first"
                + " started; an upgrade of the operator changes it for no job (status.image).")
        String image,
    @Default("IfNotPresent") @JsonPropertyDescription("When the image is pulled.")
        PullPolicy imagePullPolicy,
    @Size(max = 16)
        @JsonPropertyDescription(
            "Secrets of type kubernetes.io/dockerconfigjson for the registry of the image.")
        List<SecretRef> imagePullSecrets,
    @Size(min = 1, max = 253)
        @JsonPropertyDescription(
            "Service account of the pods, for workload identity. Without it Tidemark makes one for the job. It needs no"
                + " rights: Tidemark binds those it needs.")
        String serviceAccountName,
    @Default(Defaults.LOG_LEVEL) @JsonPropertyDescription("How much driver and executors log.")
        LogLevel logLevel,
    @Size(max = 128)
        @JsonPropertyDescription(
            "Further settings of Spark. Those that Tidemark makes from fields of its own are refused.")
        Map<String, @Size(max = 4096) String> sparkConf,
    @JsonPropertyDescription(
            "A streaming program of your own, instead of filter, select and aggregate.")
        Application application) {
  /** There is state: results depend on earlier batches. */
  static final String RUNNING = "(has(self.aggregate) && self.aggregate.results == 'Running')";

  static final String MODE_SAID =
      "(has(self.sink) && has(self.sink.jdbc) && has(self.sink.jdbc.mode))";

  /** A program with source, sink and checkpoints of its own making. */
  static final String LEASED = "(has(self.application) && self.application.fencing == 'Lease')";

  static final String STORES_DIFFER =
      "(has(self.backup.s3) && (has(self.backup.s3.endpoint) ? self.backup.s3.endpoint : '') != (has(self.s3) &&"
          + " has(self.s3.endpoint) ? self.s3.endpoint : ''))";
  static final String PATHS_NEST =
      "((self.backup.path + '/').startsWith(self.checkpoint.path + '/') || (self.checkpoint.path +"
          + " '/').startsWith(self.backup.path + '/'))";

  /** The image that was asked for; null for the one of the operator's release. */
  public String driverImage() {
    return application == null ? image : application.image();
  }

  public StreamingJobSpec {
    engine = or(engine, Engine.DStream);
    batchInterval = or(batchInterval, Defaults.BATCH_INTERVAL);
    restart = or(restart, Restart.defaults());
    suspend = or(suspend, false);
    driver = or(driver, Driver.defaults());
    executor = or(executor, Executor.defaults());
    imagePullPolicy = or(imagePullPolicy, PullPolicy.IfNotPresent);
    logLevel = or(logLevel, LogLevel.INFO);
  }

  /** True when results depend on earlier batches, so that there is state to keep. */
  public boolean stateful() {
    return aggregate != null && aggregate.running();
  }

  /** True for a program with source, sink and checkpoints of its own making. */
  public boolean leased() {
    return application != null && application.fencing() == Application.Fencing.Lease;
  }

  /** True when something would be lost for good without its checkpoint, so that it is backed up. */
  public boolean needsCheckpoint() {
    return stateful() || leased();
  }

  /**
   * How rows must enter the table of this job; the rules let {@code sink.jdbc.mode} say nothing
   * else.
   */
  public Sink.Mode sinkMode() {
    return stateful() ? Sink.Mode.Upsert : Sink.Mode.Append;
  }

  /** Which of Spark's streaming engines. */
  public enum Engine {
    DStream,
    StructuredStreaming
  }

  /** When an image is pulled. */
  public enum PullPolicy {
    Always,
    IfNotPresent,
    Never
  }

  /** How much is logged. */
  public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR
  }
}
