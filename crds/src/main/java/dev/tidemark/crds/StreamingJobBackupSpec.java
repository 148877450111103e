package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.time.Instant;

/** Which checkpoint is backed up, and what becomes of the backup. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value =
        "self.jobRef == oldSelf.jobRef && has(self.slot) == has(oldSelf.slot) && has(self.mode) =="
            + " has(oldSelf.mode) && (!has(self.mode) || self.mode == oldSelf.mode) &&"
            + " has(self.existing) == has(oldSelf.existing) && (!has(self.existing) ||"
            + " self.existing == oldSelf.existing)",
    message =
        "a backup is made once: only verification and deletionPolicy can be changed. Create another StreamingJobBackup")
public record StreamingJobBackupSpec(
    @Required @JsonPropertyDescription("The job whose checkpoint it is, in the same namespace.")
        JobRef jobRef,
    @JsonPropertyDescription(
            "The scheduled instant it belongs to. Set by the schedule; leave it out by hand.")
        Instant slot,
    @JsonPropertyDescription("How it is stored. Without it: spec.backup.mode of the job.")
        Backup.Mode mode,
    @JsonPropertyDescription(
            "The backup of this name is in the location of the job's backups already: it is looked at, not made.")
        Boolean existing,
    @JsonPropertyDescription(
            "What becomes of the copied objects when this resource is deleted. Without it: spec.backup.deletionPolicy of"
                + " the job when the backup is made.")
        Backup.DeletionPolicy deletionPolicy,
    @JsonPropertyDescription("Asks for another look at the backup.") Look verification) {

  /** A job of the same namespace. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record JobRef(
      @Required
          @Size(min = 1, max = 40)
          @JsonPropertyDescription("Name of a StreamingJob in this namespace.")
          String name) {}

  /** A look at a backup. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Look(
      @Required
          @Size(min = 1, max = 63)
          @JsonPropertyDescription("Any text; a new one asks for one look.")
          String requestId,
      @Required @JsonPropertyDescription("How closely to look.") Backup.Level level) {}
}
