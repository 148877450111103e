package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What Tidemark sees and does. A report: nothing is decided from it but what {@link Memory} holds.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StreamingJobStatus(
    @JsonPropertyDescription("Generation of the spec this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription(
            "Summary for people, made from the conditions: Pending, Starting, Running, Recovering, Suspended, Failed or"
                + " Deleting.")
        Phase phase,
    @JsonPropertyDescription(
            "Ready: the driver of this generation committed, or had nothing to do, within three batch intervals. Progressing:"
                + " a start, a roll or a recovery is under way. Stalled: it cannot heal without a person. CheckpointHealthy:"
                + " checkpoints are written in time. BackupHealthy: backups are. RestoreCompleted: the restore that was asked for is done.")
        List<Condition> conditions,
    @JsonPropertyDescription(
            "Number of the definition that runs; a changed computation gets the next one.")
        Integer revision,
    @JsonPropertyDescription("Number of the driver pod.") Integer attempt,
    @JsonPropertyDescription("Fencing number of the newest run: no older run can commit.")
        Long epoch,
    @JsonPropertyDescription(
            "How often the job was recovered: in its driver, by a new process, or by a new pod.")
        Long restarts,
    @JsonPropertyDescription("Records in the topics that are not committed yet.") Long lag,
    @JsonPropertyDescription("The newest batch that was committed.") Batch lastBatch,
    @JsonPropertyDescription("The newest recovery.") Recovery lastRecovery,
    @JsonPropertyDescription("The newest checkpoint.") CheckpointSeen checkpoint,
    @JsonPropertyDescription("State of an aggregate whose results are Running.") StateSeen state,
    @JsonPropertyDescription(
            "Offsets that were skipped in the life of the job, since Kafka had dropped their records before they were"
                + " read (source.onOffsetsExpired).")
        Long skippedOffsets,
    @JsonPropertyDescription("The newest backups.") BackupSeen backup,
    @JsonPropertyDescription("The newest restore.") RestoreSeen restore,
    @JsonPropertyDescription("Executor pods, those that run of those that are wanted, such as 2/2.")
        String executors,
    @JsonPropertyDescription("Image of driver and executors, recorded when the job first started.")
        String image,
    @JsonPropertyDescription("The operator's notes to itself; not for people, and free to change.")
        Memory operator) {

  /** A summary of the conditions. */
  public enum Phase {
    Pending,
    Starting,
    Running,
    Recovering,
    Suspended,
    Failed,
    Deleting;

    /**
     * Null for a phase of another version: a status must never keep the operator from reading a
     * job.
     */
    @JsonCreator
    public static Phase of(String name) {
      return Stream.of(values())
          .filter(phase -> phase.name().equals(name))
          .findFirst()
          .orElse(null);
    }
  }

  /** A committed batch. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Batch(
      @JsonPropertyDescription("The batch's own time.") Instant time,
      @JsonPropertyDescription("Records read.") Long records,
      @JsonPropertyDescription("Rows written.") Long written) {}

  /** One recovery: why, from what, how long. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Recovery(
      @JsonPropertyDescription("Reason of the end before it.") String cause,
      @JsonPropertyDescription("What the job went on from: Checkpoint, Ledger or Backup.")
          String from,
      @JsonPropertyDescription("Seconds from the end before it to the next committed batch.")
          Double seconds,
      @JsonPropertyDescription("When it was done.") Instant at) {}

  /** The newest checkpoint known to be written. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record CheckpointSeen(
      @JsonPropertyDescription("The prefix all of the job's checkpoints lie under.") String path,
      @JsonPropertyDescription("When it was written.") Instant time,
      @JsonPropertyDescription(
              "True when it is older than ten batch intervals: the store does not keep up.")
          Boolean behind) {}

  /** State of an aggregate, as of its newest checkpoint. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StateSeen(
      @JsonPropertyDescription("Groups, or groups in open windows.") Long keys,
      @JsonPropertyDescription("Size of the state checkpoint in bytes.") Long bytes,
      @JsonPropertyDescription(
              "Rows that came too late for a window, or had no time, since the state began.")
          Long lateRows) {}

  /** The newest backups. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BackupSeen(
      @JsonPropertyDescription("When the last one was due.") Instant lastSchedule,
      @JsonPropertyDescription("When the next one is due.") Instant nextSchedule,
      @JsonPropertyDescription("The newest good one.") BackupResult lastSuccess,
      @JsonPropertyDescription("The newest one that failed.") BackupResult lastFailure,
      @JsonPropertyDescription(
              "The newest point the job is proven to be restorable from: its backup was read and found good.")
          BackupResult lastProven,
      @JsonPropertyDescription("Scheduled backups that were not begun in time.") Long missed,
      @JsonPropertyDescription("When the newest backup is looked at again.")
          Instant nextVerification) {}

  /** A restore: asked for by spec.restore, or by checkpoint.onLost. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RestoreSeen(
      @JsonPropertyDescription("Which request.") String requestId,
      @JsonPropertyDescription("Running, Completed or Failed.") String phase,
      @JsonPropertyDescription("The backup that was put back.") String backup,
      @JsonPropertyDescription("The epoch under which it was put back.") Long epoch,
      @JsonPropertyDescription("The backup of the checkpoint that it replaced.")
          String safetyBackup,
      @JsonPropertyDescription("Why it failed.") String reason,
      @JsonPropertyDescription("The same as a sentence.") String message,
      @JsonPropertyDescription("When it began.") Instant startedAt,
      @JsonPropertyDescription("When it ended.") Instant completedAt) {}

  /** How one backup ended. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record BackupResult(
      @JsonPropertyDescription("Name of the StreamingJobBackup.") String name,
      @JsonPropertyDescription("When it ended.") Instant time,
      @JsonPropertyDescription("Why it failed.") String reason) {}
}
