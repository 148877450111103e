package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** What is known of a backup; what its run has told, and what looks at it have found since. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StreamingJobBackupStatus(
    @JsonPropertyDescription("Generation of the spec this status speaks of.")
        Long observedGeneration,
    @JsonPropertyDescription("Pending, Running, Completed, Failed or Deleting.") Phase phase,
    @JsonPropertyDescription(
            "Complete: the backup is made and was found good. Verified: the last look at it found it good.")
        List<Condition> conditions,
    @JsonPropertyDescription("Where it lies, with the other backups of its job.") String path,
    @JsonPropertyDescription("When its run began.") Instant startedAt,
    @JsonPropertyDescription("When its run ended.") Instant completedAt,
    @JsonPropertyDescription("How long its run took, in seconds.") Long seconds,
    @JsonPropertyDescription("Objects of the backup.") Amount objects,
    @JsonPropertyDescription("Bytes of the backup.") Amount bytes,
    @JsonPropertyDescription("The state that was copied.") StateCopied state,
    @JsonPropertyDescription("SHA-256 of the manifest, as it says itself.") String digest,
    @JsonPropertyDescription("The last look at it.") Seen verification,
    @JsonPropertyDescription("How far its run has come; while it runs, and long enough to say so.")
        Progress progress) {

  /** Where a backup stands. */
  public enum Phase {
    Pending,
    Running,
    Completed,
    Failed,
    Deleting;

    /** Null for a phase of another version. */
    @JsonCreator
    public static Phase of(String name) {
      return Stream.of(values())
          .filter(phase -> phase.name().equals(name))
          .findFirst()
          .orElse(null);
    }
  }

  /** How much. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Amount(
      @JsonPropertyDescription("All of it.") Long total,
      @JsonPropertyDescription("What was not there from an earlier backup.") Long copied) {}

  /** How far a run has come. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Progress(
      @JsonPropertyDescription("Of the bytes, rounded down.") Integer percent,
      @JsonPropertyDescription("Objects.") Done objects,
      @JsonPropertyDescription("Bytes.") Done bytes) {}

  /** How much of something is done; what was there from an earlier backup is done at once. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Done(
      @JsonPropertyDescription("All of it.") Long total,
      @JsonPropertyDescription("So far.") Long done) {}

  /** What is in the backup. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record StateCopied(
      @JsonPropertyDescription("Revision of the definition it was counted by.") Integer revision,
      @JsonPropertyDescription("Epoch of the run that wrote it.") Long epoch,
      @JsonPropertyDescription("Batch it stands at.") Long batch,
      @JsonPropertyDescription("Groups in it.") Long keys) {}

  /** A look at the backup. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Seen(
      @JsonPropertyDescription("The request it answers; none for the look after the copy.")
          String requestId,
      @JsonPropertyDescription("How closely was looked.") String level,
      @JsonPropertyDescription("When.") Instant at,
      @JsonPropertyDescription("Whether nothing was wrong.") Boolean good) {}
}
