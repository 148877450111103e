package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Verified copies of the checkpoint: when, where to, how many. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = Checkpoint.IS_PATH,
    fieldPath = ".path",
    message =
        "path is s3a://bucket/prefix, of letters, digits and . _ = -, without '//', '/./', '/../' or a '/' at its end,"
            + " such as s3a://backups/important-events")
@ValidationRule(
    value = "!has(self.schedule) || self.schedule.matches(" + Backup.CRON + ")",
    fieldPath = ".schedule",
    message =
        "schedule is five fields of cron (minute hour day month weekday), such as '*/15 * * * *', or one of @hourly @daily"
            + " @weekly @monthly; the time zone goes into timeZone")
@ValidationRule(
    value =
        "self.jitter.matches(" + Patterns.DURATION + ") && duration(self.jitter) <= duration('1h')",
    fieldPath = ".jitter",
    message = "jitter is a duration of at most 1h, such as 30s")
@ValidationRule(
    value =
        "self.startingDeadline.matches("
            + Patterns.DURATION
            + ") && duration(self.startingDeadline) >= duration('10s')",
    fieldPath = ".startingDeadline",
    message = "startingDeadline is a duration of at least 10s, such as 10m")
@ValidationRule(
    value =
        "self.activeDeadline.matches("
            + Patterns.DURATION
            + ") && duration(self.activeDeadline) >= duration('10s')",
    fieldPath = ".activeDeadline",
    message = "activeDeadline is a duration of at least 10s, such as 30m")
@ValidationRule(
    value =
        "self.memory.matches("
            + Patterns.MEMORY
            + ") && !quantity(self.memory).isLessThan(quantity('64Mi'))",
    fieldPath = ".memory",
    message = "memory is a number of Mi or Gi, at least 64Mi")
public record Backup(
    @Size(max = 128)
        @JsonPropertyDescription(
            "When backups are taken, as five fields of cron: minute, hour, day, month, weekday. Without it, only by hand.")
        String schedule,
    @Default(Defaults.TIME_ZONE)
        @Size(min = 1, max = 64)
        @Pattern("^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$")
        @JsonPropertyDescription(
            "Time zone of the schedule by its IANA name, such as Europe/Berlin.")
        String timeZone,
    @Required
        @Size(min = 1, max = 512)
        @JsonPropertyDescription(
            "Prefix that receives the backups: s3a://bucket/prefix. It must not be the checkpoint's path, above it or below"
                + " it; best in another store.")
        String path,
    @JsonPropertyDescription(
            "Another store or other credentials than spec.s3 for the backups. Nothing of spec.s3 is inherited.")
        S3 s3,
    @Default(Defaults.FALSE) @JsonPropertyDescription("Take no scheduled backups for now.")
        Boolean suspend,
    @Default("0s")
        @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "Spread the start of scheduled backups of many jobs over this time. A job's own shift never changes.")
        String jitter,
    @Default("10m")
        @Size(min = 2, max = 16)
        @JsonPropertyDescription(
            "Latest start of a scheduled backup after its time. Later, it counts as missed; one missed backup is caught up.")
        String startingDeadline,
    @Default("30m")
        @Size(min = 2, max = 16)
        @JsonPropertyDescription("Longest time a backup may take before it is ended as failed.")
        String activeDeadline,
    @Default("3")
        @Min(0)
        @Max(100)
        @JsonPropertyDescription("How often a failed backup is tried again.")
        Integer backoffLimit,
    @Default("Forbid")
        @JsonPropertyDescription(
            "When a backup is due while another one runs: Forbid skips it, Queue lets at most one wait.")
        Concurrency concurrencyPolicy,
    @Default("Incremental")
        @JsonPropertyDescription(
            "Incremental: unchanged objects are stored once for all backups. Full: each backup is a plain copy that any S3"
                + " tool can restore.")
        Mode mode,
    @Default(Defaults.EMPTY) @JsonPropertyDescription("Which backups are kept.")
        Retention retention,
    @Default("Retain")
        @JsonPropertyDescription(
            "What becomes of the copied objects when a backup's resource is deleted.")
        DeletionPolicy deletionPolicy,
    @Default(Defaults.EMPTY) @JsonPropertyDescription("How a backup is proven to be restorable.")
        Verify verify,
    @Default(Defaults.BACKUP_MEMORY)
        @Size(min = 3, max = 16)
        @JsonPropertyDescription(
            "Heap of the pod that makes a backup. The pod asks for this plus an overhead of a tenth, at least 384Mi.")
        String memory) {
  static final String CRON = "'^(@(hourly|daily|weekly|monthly)|[^ =]+( [^ =]+){4})$'";

  public Backup {
    timeZone = or(timeZone, Defaults.TIME_ZONE);
    suspend = or(suspend, false);
    jitter = or(jitter, "0s");
    startingDeadline = or(startingDeadline, "10m");
    activeDeadline = or(activeDeadline, "30m");
    backoffLimit = or(backoffLimit, 3);
    concurrencyPolicy = or(concurrencyPolicy, Concurrency.Forbid);
    mode = or(mode, Mode.Incremental);
    retention = or(retention, new Retention(null, null, null, null, null, null));
    deletionPolicy = or(deletionPolicy, DeletionPolicy.Retain);
    verify = or(verify, new Verify(null, null, null));
    memory = or(memory, Defaults.BACKUP_MEMORY);
  }

  /** What happens to a backup that is due while another one runs. */
  public enum Concurrency {
    Forbid,
    Queue
  }

  /** How objects are stored. */
  public enum Mode {
    Incremental,
    Full
  }

  /** What becomes of copied objects. */
  public enum DeletionPolicy {
    Retain,
    Delete
  }

  /** Which backups are kept; a backup that any rule keeps stays. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "self.keepLast >= self.minKeep",
      message = "keepLast must not be less than minKeep")
  @ValidationRule(
      value = "!has(self.maxAge) || self.maxAge.matches('^[1-9][0-9]{0,4}(h|d)$')",
      fieldPath = ".maxAge",
      message = "maxAge is a number of hours or days, such as 72h or 90d")
  public record Retention(
      @Default("24") @Min(1) @Max(10_000) @JsonPropertyDescription("Keep the newest ones.")
          Integer keepLast,
      @Min(0) @Max(3650) @JsonPropertyDescription("Keep the last one of each of so many days.")
          Integer keepDaily,
      @Min(0) @Max(520) @JsonPropertyDescription("Keep the last one of each of so many weeks.")
          Integer keepWeekly,
      @Min(0) @Max(120) @JsonPropertyDescription("Keep the last one of each of so many months.")
          Integer keepMonthly,
      @Size(max = 8)
          @JsonPropertyDescription("Keep none that is older, such as 90d; minKeep goes before it.")
          String maxAge,
      @Default("1")
          @Min(1)
          @Max(10_000)
          @JsonPropertyDescription(
              "Good backups that are never deleted, whatever the other rules say.")
          Integer minKeep) {
    public Retention {
      keepLast = or(keepLast, 24);
      minKeep = or(minKeep, 1);
    }
  }

  /** How a backup is proven. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "!has(self.schedule) || self.schedule.matches(" + Backup.CRON + ")",
      fieldPath = ".schedule",
      message =
          "schedule is five fields of cron (minute hour day month weekday), such as '0 4 * * *', or one of @hourly"
              + " @daily @weekly @monthly")
  public record Verify(
      @Default("Presence")
          @JsonPropertyDescription(
              "What each backup is checked for before it counts: Presence of every object, Checksum of every object, or"
                  + " RestoreDrill: Checksum, and at once afterwards the job's own image reads it as a driver would that"
                  + " begins with it.")
          Level onCompletion,
      @Size(max = 128)
          @JsonPropertyDescription(
              "When the newest backup is checked again, as five fields of cron.")
          String schedule,
      @Default("Checksum") @JsonPropertyDescription("What the scheduled check looks at.")
          Level level) {
    public Verify {
      onCompletion = or(onCompletion, Level.Presence);
      level = or(level, Level.Checksum);
    }
  }

  /** How thoroughly a backup is checked. */
  public enum Level {
    Presence,
    Checksum,
    RestoreDrill
  }
}
