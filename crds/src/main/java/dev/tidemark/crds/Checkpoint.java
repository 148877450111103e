package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/** Where the checkpoint lies and what to do when it is gone. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
    value = "self.path == oldSelf.path",
    fieldPath = ".path",
    message =
        "checkpoint.path cannot be changed: the job's identity and its state lie there. To start elsewhere, create another"
            + " StreamingJob")
@ValidationRule(
    value = Checkpoint.IS_PATH,
    fieldPath = ".path",
    message =
        "path is s3a://bucket/prefix with a prefix of the job's own, of letters, digits and . _ = -, without '//', '/./',"
            + " '/../' or a '/' at its end, such as s3a://streams/important-events")
public record Checkpoint(
    @Required
        @Size(min = 1, max = 512)
        @JsonPropertyDescription(
            "Prefix in an S3 store that belongs to this job alone: s3a://bucket/prefix. It cannot be changed. The job's"
                + " owner record lies in it under _tidemark/, its checkpoints under r<revision>/. No other job may use it, a"
                + " prefix above it or one below it.")
        String path,
    @JsonPropertyDescription(
            "What to do when a checkpoint is expected but lost or damaged. Stop: touch nothing and say so. UseLedger: go on"
                + " from the offsets in the ledger, which is exact for a job without state. RestoreBackup: restore the newest"
                + " good backup. StartFresh: start with empty state from where the ledger ends. By default Stop with an"
                + " aggregate whose results are Running, else UseLedger.")
        OnLost onLost) {
  static final String IS_PATH =
      "self.path.matches('^s3a://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_.=-]+)+$') &&"
          + " !(self.path + '/').matches('/[.]{1,2}/')";

  /** What happens when a checkpoint is lost or damaged. */
  public enum OnLost {
    Stop,
    UseLedger,
    RestoreBackup,
    StartFresh
  }
}
