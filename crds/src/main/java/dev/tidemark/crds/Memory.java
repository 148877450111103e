package dev.tidemark.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import java.time.Instant;

/**
 * The few facts the operator needs that no pod, Lease or spec can tell it. All of them may be lost:
 * that costs counts and a check run, never data.
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Memory(
    @JsonPropertyDescription("Highest attempt number used.") Integer attempt,
    @JsonPropertyDescription("Highest attempt that had a pod.") Integer launched,
    @JsonPropertyDescription("Definition and image that were accepted last.") Accepted accepted,
    @JsonPropertyDescription("Verdict of the newest check run, if it was a refusal.")
        Refusal refusal,
    @JsonPropertyDescription("The driver on its way out.") Leaving leaving,
    @JsonPropertyDescription("How the last driver ended.") Ended ended,
    @JsonPropertyDescription("Own failures since the job was last healthy.") Integer failures,
    @JsonPropertyDescription("Attempts in a row that failed without a commit.") Integer fruitless,
    @JsonPropertyDescription("Restarts nobody asked for, over all attempts.") Integer restarts,
    @JsonPropertyDescription("The next start waits until then.") Instant notBefore,
    @JsonPropertyDescription("What the API server refused to create.") Rejection rejection,
    @JsonPropertyDescription("When the figures of the status were last written.") Instant figuresAt,
    @JsonPropertyDescription("The request of spec.restore that was answered last.")
        String restoreAnswered,
    @JsonPropertyDescription("The attempt whose lost checkpoint a backup replaced last.")
        Integer rescued) {

  /** A definition that passed its check run. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Accepted(String definitionDigest, String image) {}

  /** A check run that said no. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Refusal(
      String definitionDigest,
      String image,
      Long generation,
      String reason,
      String message,
      Boolean retryable,
      Integer tries,
      Instant at) {}

  /** A driver on its way out: why, and since when. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Leaving(Integer attempt, String reason, Instant at) {}

  /** The end of an attempt; held when repetition does not help before the spec changes. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Ended(
      Integer attempt,
      String reason,
      String message,
      Instant at,
      Long generation,
      String specHash,
      Boolean held,
      Boolean retryable,
      Integer tries) {}

  /** An object the API server refused. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Rejection(
      String reason, String message, Long generation, Integer tries, Instant at) {}
}
