package dev.tidemark.crds;

import static dev.tidemark.crds.Defaults.or;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.time.Instant;

/** A request to go back to a backup. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self == oldSelf || self.requestId != oldSelf.requestId",
    message = "a changed restore needs a new requestId: each requestId is carried out exactly once")
@ValidationRule(
    value = "self.keepReplacedFor.matches('^[0-9]{1,5}(m|h|d)$')",
    fieldPath = ".keepReplacedFor",
    message = "keepReplacedFor is a number of minutes, hours or days, such as 24h")
public record Restore(
    @Required
        @Size(min = 1, max = 63)
        @Pattern("^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")
        @JsonPropertyDescription("Any text; a new one asks for one restore.")
        String requestId,
    @Required @JsonPropertyDescription("Which backup to go back to.") From source,
    @Default(Defaults.TRUE) @JsonPropertyDescription("Take a backup of today's checkpoint first.")
        Boolean safetyBackup,
    @Default("24h")
        @Size(min = 2, max = 16)
        @JsonPropertyDescription("How long the replaced checkpoint is kept.")
        String keepReplacedFor) {
  public Restore {
    safetyBackup = or(safetyBackup, true);
    keepReplacedFor = or(keepReplacedFor, "24h");
  }

  /** Which backup: a name, or a job's latest or last before a time. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @ValidationRule(
      value = "[has(self.backupName), has(self.jobName), has(self.path)].exists_one(given, given)",
      message = "the source of a restore is exactly one of: backupName, jobName, path")
  @ValidationRule(
      value = "!has(self.before) || !has(self.backupName)",
      message =
          "before chooses among several backups: use it with jobName or path, not with backupName")
  public record From(
      @Size(max = 253) @JsonPropertyDescription("Name of a StreamingJobBackup in this namespace.")
          String backupName,
      @Size(max = 40)
          @JsonPropertyDescription(
              "Newest good backup of this job of the namespace. Another job's is for a new job only, which begins with its"
                  + " state.")
          String jobName,
      @Size(max = 512)
          @JsonPropertyDescription(
              "Newest good backup found under this s3a:// prefix; it may be another job's for a new job.")
          String path,
      @JsonPropertyDescription("The newest one taken before this time.") Instant before) {}
}
