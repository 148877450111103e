package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One statement about a job, with a reason for machines and a sentence for people. */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Condition(
    @Required
        @JsonPropertyDescription(
            "What is said: Ready, Progressing, Stalled, CheckpointHealthy, BackupHealthy or RestoreCompleted of a job; Complete or Verified of a backup.")
        String type,
    @Required @JsonPropertyDescription("Whether it holds: True, False or Unknown.") Status status,
    @JsonPropertyDescription("Why, as one word; each is documented in the runbook.") String reason,
    @JsonPropertyDescription("Why, as a sentence that says what to do.") String message,
    @JsonPropertyDescription("When the status last changed.") Instant lastTransitionTime,
    @JsonPropertyDescription("Generation of the spec this was said about.")
        Long observedGeneration) {

  /** The condition of a type, if it is among these; null is none. */
  public static Optional<Condition> find(List<Condition> all, String type) {
    return all == null
        ? Optional.empty()
        : all.stream().filter(condition -> type.equals(condition.type())).findFirst();
  }

  /** Since when it has this status: the time moves when the status does, and only then. */
  public static Instant since(List<Condition> before, String type, Status status, Instant now) {
    return find(before, type)
        .filter(condition -> condition.status() == status)
        .map(Condition::lastTransitionTime)
        .orElse(now);
  }

  /** Whether a condition holds. */
  public enum Status {
    True,
    False,
    Unknown;

    /** Unknown for whatever another version may have written. */
    @JsonCreator
    public static Status of(String name) {
      return Stream.of(values())
          .filter(status -> status.name().equals(name))
          .findFirst()
          .orElse(Unknown);
    }
  }
}
